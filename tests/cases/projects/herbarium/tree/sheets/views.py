from django.http import HttpResponseBadRequest, JsonResponse
from django.shortcuts import render

from .identify import family


def index(request):
    return render(request, 'sheets/index.html')


def identify(request):
    try:
        measures = [float(request.GET[key]) for key in ('length', 'width', 'teeth', 'petiole')]
    except (KeyError, ValueError):
        return HttpResponseBadRequest('length, width, teeth and petiole, in mm')
    return JsonResponse({'family': family(measures)})
