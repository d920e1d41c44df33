from django.shortcuts import render
from django.utils import timezone

from .models import Tide


def index(request):
    return render(request, "tides/index.html", {"tides": Tide.objects.filter(at__gte=timezone.now())[:20]})
