import io
from pathlib import Path

import numpy as np
import tensorflow as tf
from django.http import HttpResponseBadRequest, JsonResponse
from django.shortcuts import render
from PIL import Image, UnidentifiedImageError

CLASSES = ['copepod', 'diatom', 'radiolarian', 'tintinnid', 'detritus']
MODEL = tf.keras.models.load_model(Path(__file__).parent / 'model' / 'plankton.keras')


def index(request):
    return render(request, 'classify/index.html')


def classify(request):
    upload = request.FILES.get('image')
    if upload is None or upload.size > 2_000_000:
        return HttpResponseBadRequest('an image of at most 2 MB, please')
    try:
        image = Image.open(io.BytesIO(upload.read())).convert('RGB').resize((64, 64))
    except UnidentifiedImageError:
        return HttpResponseBadRequest('not an image')
    batch = np.asarray(image, dtype='float32')[None] / 255.0
    scores = MODEL.predict(batch, verbose=0)[0]
    return JsonResponse({name: round(float(score), 4) for name, score in zip(CLASSES, scores)})
