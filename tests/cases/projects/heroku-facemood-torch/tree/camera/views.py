import cv2
import torch
from django.http import StreamingHttpResponse
from django.shortcuts import render

from .models import Mood
from .net import MOODS, build

net = None


def frames():
    global net
    if net is None:
        net = build()
    cap = cv2.VideoCapture(0)
    while True:
        ok, frame = cap.read()
        if not ok:
            break
        face = cv2.resize(frame, (224, 224))
        with torch.no_grad():
            out = net(torch.from_numpy(face).permute(2, 0, 1).float()[None] / 255)
        mood = MOODS[int(out.argmax())]
        Mood.objects.create(name=mood)
        cv2.putText(frame, mood, (20, 40), cv2.FONT_HERSHEY_SIMPLEX, 1, (0, 255, 0), 2)
        _, jpg = cv2.imencode(".jpg", frame)
        yield b"--frame\r\nContent-Type: image/jpeg\r\n\r\n" + jpg.tobytes() + b"\r\n"


def home(request):
    return render(request, "camera/home.html")


def video_feed(request):
    return StreamingHttpResponse(frames(), content_type="multipart/x-mixed-replace; boundary=frame")


def moods(request):
    return render(request, "camera/moods.html", {"moods": Mood.objects.order_by("-seen")[:100]})
