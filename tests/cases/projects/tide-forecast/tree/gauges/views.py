from django.http import JsonResponse
from django.shortcuts import render

from . import lstm
from .models import Level


def overview(request):
    gauges = Level.objects.order_by("gauge").values_list("gauge", flat=True).distinct()
    return render(request, "gauges/overview.html", {"gauges": gauges})


def forecast(request, gauge):
    levels = list(Level.objects.filter(gauge=gauge).order_by("-at").values_list("metres", flat=True)[:72])
    if len(levels) < 72:
        return JsonResponse({"error": "Not enough levels for a forecast yet"}, status=503)
    return JsonResponse({"gauge": gauge, "next": lstm.predict(levels[::-1])})
