import logging

from django.shortcuts import render
from PIL import UnidentifiedImageError

from .model import predict

log = logging.getLogger(__name__)


def spot(request):
    context = {}
    if request.method == "POST" and "photo" in request.FILES:
        try:
            context["scores"] = predict(request.FILES["photo"])
        except UnidentifiedImageError:
            return render(request, "spotter/spot.html", {"error": "This is not a picture."}, status=400)
        except Exception:
            log.exception("prediction failed")
            return render(request, "spotter/spot.html", {"error": "Something went wrong."}, status=500)
    return render(request, "spotter/spot.html", context)
