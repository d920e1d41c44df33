from django.shortcuts import render

from .forecast import tomorrow
from .models import Reading


def index(request):
    latest = Reading.objects.first()
    context = {'latest': latest}
    if latest:
        context['forecast'] = tomorrow(latest)
    return render(request, 'gauge/index.html', context)
