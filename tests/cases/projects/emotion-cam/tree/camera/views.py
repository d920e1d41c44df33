import os

import cv2
import numpy as np
from django.http import HttpResponse, StreamingHttpResponse
from django.shortcuts import render
from tensorflow import keras

from .camera import VideoCamera

# duygular
EMOTIONS = ["kızgın", "mutlu", "üzgün"]

face_model = keras.models.load_model('/content/drive/MyDrive/duygu/emotion_model.h5')


def index(request):
    return render(request, 'index.html')


def gen(camera):
    while True:
        frame = camera.get_frame()
        yield (b'--frame\r\nContent-Type: image/jpeg\r\n\r\n' + frame + b'\r\n\r\n')


def video_feed(request):
    return StreamingHttpResponse(gen(VideoCamera()), content_type='multipart/x-mixed-replace; boundary=frame')


def photo(request):
    landmarks = keras.models.load_model(os.path.join(os.path.dirname(__file__), 'landmarks.h5'))
    img = cv2.imdecode(np.frombuffer(request.FILES['photo'].read(), np.uint8), 1)
    img = cv2.resize(img, (32, 32)) / 255.
    mood = EMOTIONS[int(face_model.predict(img[None]).argmax())]
    points = landmarks.predict(img[None])
    return HttpResponse(mood + ' ' + str(points.tolist()))
