from django import forms
from django.http import JsonResponse
from django.shortcuts import render
from django.views.decorators.http import require_http_methods

from .model import SIZE, predict


class DotsForm(forms.Form):
    dots = forms.RegexField(r"^[01](,[01])*$")

    def clean_dots(self):
        dots = [float(dot) for dot in self.cleaned_data["dots"].split(",")]
        if len(dots) != SIZE:
            raise forms.ValidationError(f"{SIZE} dots, please")
        return dots


@require_http_methods(["GET", "POST"])
def read(request):
    form = DotsForm(request.POST or None)
    if request.method == "POST":
        if not form.is_valid():
            return JsonResponse(form.errors, status=400)
        return JsonResponse({"scores": predict(form.cleaned_data["dots"])})
    return render(request, "reader/read.html", {"form": form})
