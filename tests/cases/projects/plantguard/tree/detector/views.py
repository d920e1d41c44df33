import os

import cv2
import numpy as np
import tensorflow as tf
from django.shortcuts import render

from .models import Prediction

BASE = os.path.dirname(os.path.abspath(__file__))
model = tf.keras.models.load_model(os.path.join(BASE, 'plant_model.h5'))

CLASSES = [
    'Bacterial spot', 'Early blight', 'Late blight', 'Leaf mold', 'Septoria leaf spot',
    'Spider mites', 'Target spot', 'Yellow leaf curl virus', 'Mosaic virus', 'Healthy',
]


def home(request):
    recent = Prediction.objects.order_by('-made_at')[:5]
    return render(request, 'detector/home.html', {'recent': recent})


def detect(request):
    if request.method != 'POST':
        return render(request, 'detector/home.html')
    data = np.frombuffer(request.FILES['leaf'].read(), np.uint8)
    img = cv2.cvtColor(cv2.imdecode(data, cv2.IMREAD_COLOR), cv2.COLOR_BGR2RGB)
    img = cv2.resize(img, (128, 128))
    probs = model.predict(img[None].astype('float32'))[0]
    k = int(probs.argmax())
    p = Prediction.objects.create(disease=CLASSES[k], confidence=float(probs[k]))
    return render(request, 'detector/result.html', {'p': p})
