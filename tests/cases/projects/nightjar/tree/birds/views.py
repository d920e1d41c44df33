from django.shortcuts import redirect, render
from PIL import UnidentifiedImageError

from .models import Heard
from .net import net


def upload(request):
    error = None
    if request.method == "POST":
        try:
            bird, score = net.name(request.FILES["spectrogram"])
        except (KeyError, UnidentifiedImageError):
            return render(request, "birds/upload.html", {"error": "A picture, please."}, status=400)
        Heard.objects.create(bird=bird, score=score)
        return redirect("log")
    return render(request, "birds/upload.html", {"error": error})


def log(request):
    return render(request, "birds/log.html", {"heard": Heard.objects.all()[:30]})
