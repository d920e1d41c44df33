from functools import cache
from pathlib import Path

import numpy as np
import onnxruntime
from django.http import JsonResponse
from django.shortcuts import render
from PIL import Image, UnidentifiedImageError

TAGS = ("portrait", "landscape", "still life")


@cache
def session():
    return onnxruntime.InferenceSession(Path(__file__).resolve().parent / "tags.onnx")


def tag(request):
    if request.method != "POST":
        return render(request, "tagging/tag.html")
    try:
        image = Image.open(request.FILES["picture"]).convert("L").resize((2, 2))
    except (KeyError, UnidentifiedImageError):
        return JsonResponse({"error": "a picture, please"}, status=400)
    x = np.asarray(image, dtype=np.float32).reshape(1, 4) / 255
    (scores,) = session().run(None, {"x": x})
    return JsonResponse(dict(zip(TAGS, scores[0].tolist())))
