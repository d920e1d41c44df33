from django.shortcuts import render

from .engine import part_number


def scan(request):
    found = None
    if request.method == "POST" and "photo" in request.FILES:
        found = part_number(request.FILES["photo"])
    return render(request, "bricks/scan.html", {"found": found})
