from django.contrib.auth.decorators import login_required
from django.shortcuts import redirect, render

from .forms import RecordingForm
from .models import Recording
from .tasks import transcribe


@login_required(login_url='/admin/login/')
def home(request):
    form = RecordingForm(request.POST or None, request.FILES or None)
    if request.method == 'POST' and form.is_valid():
        recording = form.save()
        transcribe.delay(recording.pk)
        return redirect('home')
    return render(request, 'recordings/home.html', {'form': form, 'recordings': Recording.objects.order_by('-pk')})
