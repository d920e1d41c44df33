from django.shortcuts import render

from .forms import TransectForm
from .grading import Grader


def upload(request):
    form = TransectForm(request.POST or None, request.FILES or None)
    if request.method == "POST" and form.is_valid():
        transect = form.save(commit=False)
        grader = Grader()
        transect.grade = grader.grade(request.FILES["photo"])
        request.FILES["photo"].seek(0)
        transect.save()
        return render(request, "transects/graded.html", {"transect": transect})
    return render(request, "transects/upload.html", {"form": form})
