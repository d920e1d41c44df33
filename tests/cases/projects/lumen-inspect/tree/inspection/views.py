from django.http import JsonResponse
from django.shortcuts import render
from django.views.decorators.http import require_POST

from .detector import detector

MAX_UPLOAD = 8 * 1024 * 1024


def index(request):
    return render(request, "inspection/index.html")


@require_POST
def inspect_lens(request):
    photo = request.FILES.get("photo")
    if photo is None or photo.size > MAX_UPLOAD:
        return JsonResponse({"error": "one photo of at most 8 MB"}, status=400)
    return JsonResponse(detector(photo))
