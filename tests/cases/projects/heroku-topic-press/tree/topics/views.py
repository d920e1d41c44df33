from django.contrib.auth.decorators import login_required
from django.db import transaction
from django.shortcuts import redirect, render

from .models import Manuscript
from .tasks import file_under


@login_required
def home(request):
    if request.method == 'POST' and 'file' in request.FILES:
        with transaction.atomic():
            manuscript = Manuscript.objects.create(file=request.FILES['file'])
            transaction.on_commit(lambda: file_under.delay(manuscript.pk))
        return redirect('home')
    return render(request, 'topics/home.html', {'manuscripts': Manuscript.objects.order_by('-created')[:50]})
