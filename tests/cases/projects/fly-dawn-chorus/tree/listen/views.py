from django.contrib.auth.decorators import login_required
from django.http import FileResponse
from django.shortcuts import get_object_or_404, redirect, render

from .ears import hear
from .models import Recording


@login_required
def home(request):
    if request.method == 'POST' and 'sound' in request.FILES:
        recording = Recording.objects.create(owner=request.user, sound=request.FILES['sound'])
        recording.birds = hear(recording.sound.path)
        recording.save(update_fields=['birds'])
        return redirect('home')
    return render(request, 'home.html', {'recordings': Recording.objects.filter(owner=request.user)})


@login_required
def sound(request, pk):
    recording = get_object_or_404(Recording, pk=pk, owner=request.user)
    return FileResponse(recording.sound.open(), as_attachment=True)
