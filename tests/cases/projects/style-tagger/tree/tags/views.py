import os

import numpy as np
import tensorflow as tf
from django.http import JsonResponse
from django.shortcuts import render
from django.utils.decorators import method_decorator
from django.views import View
from django.views.decorators.csrf import csrf_exempt

MODEL_PATH = os.path.join(os.path.dirname(os.path.abspath(__file__)), 'model.h5')
net = tf.keras.models.load_model(MODEL_PATH)
TAGS = ['boho', 'classic', 'street']


def front(request):
    return render(request, 'front.html')


@method_decorator(csrf_exempt, name='dispatch')
class TagView(View):
    def post(self, request):
        upload = request.FILES.get('photo')
        if upload is None:
            return JsonResponse({'detail': 'photo missing'}, status=400)
        image = tf.io.decode_image(upload.read(), channels=3, expand_animations=False)
        image = tf.image.resize(image, (32, 32)) / 255.0
        scores = net.predict(image[None])[0]
        return JsonResponse({tag: round(float(s), 4) for tag, s in zip(TAGS, scores)})
