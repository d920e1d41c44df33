import base64
from functools import lru_cache

import cv2
import numpy as np
from django.http import HttpResponse, JsonResponse
from django.shortcuts import render
from django.views.decorators.http import require_POST


@lru_cache
def classifier():
    import torch

    from .net import SmallNet

    net = SmallNet()
    net.eval()
    return torch, net


def read(request):
    data = np.frombuffer(request.FILES['image'].read(), np.uint8)
    return cv2.imdecode(data, cv2.IMREAD_COLOR)


def index(request):
    return render(request, 'portal/index.html')


@require_POST
def edges(request):
    ok, png = cv2.imencode('.png', cv2.Canny(read(request), 100, 200))
    return HttpResponse(png.tobytes(), content_type='image/png')


@require_POST
def classify(request):
    torch, net = classifier()
    image = cv2.resize(read(request), (32, 32)).transpose(2, 0, 1)[None] / 255.0
    with torch.no_grad():
        scores = net(torch.tensor(image, dtype=torch.float32))[0]
    return JsonResponse({'class': int(scores.argmax()), 'scores': [float(s) for s in scores]})
