from django.http import HttpResponseBadRequest
from django.shortcuts import redirect, render

from .detect import name_of
from .models import Sighting


def sightings(request):
    if request.method == "POST" and "photo" in request.FILES:
        photo = request.FILES["photo"]
        try:
            creature = name_of(photo.read())
        except ValueError:
            return HttpResponseBadRequest("This is not a picture.")
        photo.seek(0)
        Sighting.objects.create(photo=photo, creature=creature)
        return redirect("sightings")
    return render(request, "creatures/list.html", {"sightings": Sighting.objects.order_by("-pk")[:30]})
