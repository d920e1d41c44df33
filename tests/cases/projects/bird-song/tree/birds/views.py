import json

import numpy as np
from django.http import HttpResponseBadRequest, JsonResponse
from django.views.decorators.csrf import csrf_exempt

from .classifier import Classifier


def index(request):
    return JsonResponse({"service": "bird songs", "species": Classifier.species})


@csrf_exempt
def predict(request):
    try:
        data = np.array(json.loads(request.body)["spectrogram"], dtype="float32")
    except (ValueError, KeyError, TypeError):
        return HttpResponseBadRequest("JSON with a spectrogram, please")
    if data.shape != (32, 32, 3):
        return HttpResponseBadRequest("32 x 32 x 3, please")
    return JsonResponse(Classifier.predict(data))
