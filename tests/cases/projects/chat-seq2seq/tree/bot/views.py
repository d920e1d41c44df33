from django.http import JsonResponse
from django.shortcuts import render

from .network import answer


def page(request):
    return render(request, "bot/page.html")


def say(request):
    codes = [ord(letter) % 32 for letter in request.GET.get("text", "")[:40]]
    return JsonResponse({"answer": answer(codes)})
