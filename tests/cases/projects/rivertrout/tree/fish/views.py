from django.shortcuts import render
from PIL import UnidentifiedImageError

from .recognise import recognise

LIMIT = 6 * 1024 * 1024


def home(request):
    context = {}
    photo = request.FILES.get("photo")
    if request.method == "POST" and photo:
        if photo.size > LIMIT:
            return render(request, "fish/home.html", {"error": "Das Bild ist zu groß."}, status=413)
        try:
            context["result"] = recognise(photo)
        except UnidentifiedImageError:
            return render(request, "fish/home.html", {"error": "Das ist kein Bild."}, status=400)
    return render(request, "fish/home.html", context)
