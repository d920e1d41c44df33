from django.shortcuts import render

from . import network
from .models import Tag


def tag(request):
    found = []
    if request.method == "POST" and "photo" in request.FILES:
        number = request.POST.get("number", "")[:40]
        found = network.tags(request.FILES["photo"])
        Tag.objects.bulk_create(Tag(inventory_number=number, word=w, weight=s) for w, s in found)
    return render(request, "tagging/tag.html", {"found": found})
