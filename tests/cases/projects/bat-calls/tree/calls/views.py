from django.http import HttpRequest, HttpResponse, HttpResponseBadRequest, JsonResponse
from django.shortcuts import render

from .species import Classifier


def home(request: HttpRequest) -> HttpResponse:
    return render(request, "calls/home.html")


def species(request: HttpRequest) -> HttpResponse:
    try:
        call = [float(request.GET[key]) for key in ("peak_khz", "low_khz", "ms", "gap_ms")]
    except (KeyError, ValueError):
        return HttpResponseBadRequest("peak_khz, low_khz, ms and gap_ms")
    return JsonResponse({"species": Classifier.name(call)})
