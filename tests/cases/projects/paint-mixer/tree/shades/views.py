from django.shortcuts import render

from .colours import main_colours

MOST_BYTES = 6_000_000


def palette(request):
    photo = request.FILES.get("photo")
    colours = []
    if photo is not None and photo.size <= MOST_BYTES:
        colours = main_colours(photo)
    return render(request, "shades/palette.html", {"colours": colours})
