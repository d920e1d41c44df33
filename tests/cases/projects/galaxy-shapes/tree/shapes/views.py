import io
from functools import cache
from pathlib import Path

import numpy as np
from django.http import HttpResponse, HttpResponseBadRequest, JsonResponse
from PIL import Image, UnidentifiedImageError


@cache
def network():
    import keras

    return keras.saving.load_model(Path(__file__).with_name('shapes.keras'))


def index(request):
    return HttpResponse('POST a picture to /classify')


def classify(request):
    try:
        picture = Image.open(io.BytesIO(request.body)).convert('RGB').resize((64, 64))
    except UnidentifiedImageError:
        return HttpResponseBadRequest('not a picture')
    scores = network().predict(np.asarray(picture, 'float32')[None] / 255, verbose=0)[0]
    return JsonResponse({'class': int(scores.argmax()), 'score': round(float(scores.max()), 3)})
