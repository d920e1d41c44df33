from django.http import JsonResponse
from django.shortcuts import render
from django.views.decorators.http import require_POST

from .model import classify


def start(request):
    return render(request, "sorter/start.html")


@require_POST
def sort(request):
    if "image" not in request.FILES:
        return JsonResponse({"error": "no image"}, status=400)
    label, score = classify(request.FILES["image"])
    return JsonResponse({"bin": label, "score": round(score, 3)})
