from django.shortcuts import render

from .models import Check
from .pose import knee_angle


def check(request):
    context = {}
    status = 200
    if request.method == "POST":
        try:
            context["angle"] = knee_angle(request.FILES["frame"].read())
            Check.objects.create(angle=context["angle"])
        except (KeyError, ValueError):
            context["problem"] = "Please send a picture."
            status = 400
    return render(request, "coach/check.html", context, status=status)
