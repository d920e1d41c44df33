from django.http import JsonResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from .nlp import mood_of


@require_GET
def home(request):
    return render(request, "mood/home.html")


@require_GET
def mood(request):
    text = request.GET.get("text", "").strip()
    if not text:
        return JsonResponse({"error": "text is empty"}, status=400)
    return JsonResponse({"mood": mood_of(text[:2000])})
