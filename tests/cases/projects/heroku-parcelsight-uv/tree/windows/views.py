from django.http import JsonResponse
from django.shortcuts import render

from .predictor import minutes


def index(request):
    return render(request, "windows/index.html")


def window(request):
    try:
        answer = minutes(
            float(request.GET["km"]), int(request.GET["weekday"]), int(request.GET["hour"]), int(request.GET["parcels"])
        )
    except (KeyError, ValueError) as problem:
        return JsonResponse({"error": str(problem)}, status=400)
    return JsonResponse({"minutes": round(answer, 1)})
