import io
import os

import numpy as np
from django.http import JsonResponse
from django.shortcuts import render
from django.views.decorators.csrf import csrf_exempt
from keras.models import load_model
from PIL import Image

MODEL = load_model(os.path.join(os.path.dirname(__file__), 'vgg_small.h5'))


def form(request):
    return render(request, 'recognise/form.html')


@csrf_exempt
def recognise(request):
    image = Image.open(io.BytesIO(request.body)).convert('RGB').resize((32, 32))
    scores = MODEL.predict(np.asarray(image)[None] / 255.)[0]
    return JsonResponse({'class': int(scores.argmax())})
