from functools import cache
from pathlib import Path

import numpy as np
import onnxruntime
from django.http import HttpResponse, HttpResponseBadRequest, JsonResponse

FAMILIES = ['Noctuidae', 'Geometridae', 'Erebidae']


@cache
def session():
    return onnxruntime.InferenceSession(str(Path(__file__).with_name('moths.onnx')))


def index(request):
    return HttpResponse('GET /classify?span=...&length=...&night=...&bright=...')


def classify(request):
    try:
        row = [float(request.GET[key]) for key in ('span', 'length', 'night', 'bright')]
    except (KeyError, ValueError):
        return HttpResponseBadRequest('four numbers')
    scores = session().run(None, {'x': np.array([row], np.float32)})[0][0]
    return JsonResponse({'family': FAMILIES[int(scores.argmax())]})
