from django import forms
from django.http import JsonResponse
from django.shortcuts import render
from PIL import Image

from .model import classify


class ImageForm(forms.Form):
    image = forms.ImageField()


def triage(request):
    form = ImageForm(request.POST or None, request.FILES or None)
    if request.method == "POST":
        if not form.is_valid():
            return JsonResponse({"errors": form.errors}, status=400)
        with Image.open(form.cleaned_data["image"]) as image:
            return JsonResponse(classify(image))
    return render(request, "triage/triage.html", {"form": form})
