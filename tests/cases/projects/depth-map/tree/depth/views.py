import io
import threading
from pathlib import Path

import numpy as np
import torch
from django.http import HttpResponse, HttpResponseBadRequest
from django.shortcuts import render
from PIL import Image

from .net import load

NET = None
LOCK = threading.Lock()
WEIGHTS = Path(__file__).resolve().parent / "weights" / "tiny_depth.pt"


def home(request):
    return render(request, "depth/home.html")


def estimate(request):
    global NET
    if "photo" not in request.FILES:
        return HttpResponseBadRequest("no photo")
    with LOCK:
        if NET is None:
            NET = load(WEIGHTS)
    picture = Image.open(request.FILES["photo"]).convert("RGB").resize((256, 192))
    x = torch.from_numpy(np.asarray(picture, np.float32).copy()).permute(2, 0, 1)[None] / 255
    with torch.inference_mode():
        depth = NET(x)[0, 0].numpy()
    depth = (255 * (depth - depth.min()) / (np.ptp(depth) or 1)).astype(np.uint8)
    out = io.BytesIO()
    Image.fromarray(depth).save(out, "PNG")
    return HttpResponse(out.getvalue(), content_type="image/png")
