from django.http import StreamingHttpResponse
from django.shortcuts import render

import cv2
import numpy as np
from tensorflow.keras.models import load_model

from .models import Leaf

model = load_model('model/leaf_mobilenet.h5')

CLASSES = ['Apple scab', 'Black rot', 'Cedar rust', 'Healthy']


def index(request):
    return render(request, 'index.html')


def classify(img):
    img = cv2.cvtColor(img, cv2.COLOR_BGR2RGB)
    img = cv2.resize(img, (224, 224)) / 255.0
    scores = model.predict(np.expand_dims(img, axis=0))[0]
    return CLASSES[int(np.argmax(scores))], float(np.max(scores))


def predict(request):
    if request.method == 'POST':
        leaf = Leaf.objects.create(photo=request.FILES['photo'])
        leaf.disease, leaf.confidence = classify(cv2.imread(leaf.photo.path))
        leaf.save()
        return render(request, 'result.html', {'leaf': leaf})
    return render(request, 'index.html')


def frames():
    camera = cv2.VideoCapture(0)
    while True:
        ok, frame = camera.read()
        label, score = classify(frame)
        cv2.putText(frame, f'{label} {score:.2f}', (20, 40), cv2.FONT_HERSHEY_SIMPLEX, 1, (0, 255, 0), 2)
        _, jpg = cv2.imencode('.jpg', frame)
        yield b'--frame\r\nContent-Type: image/jpeg\r\n\r\n' + jpg.tobytes() + b'\r\n'


def live(request):
    return StreamingHttpResponse(frames(), content_type='multipart/x-mixed-replace; boundary=frame')
