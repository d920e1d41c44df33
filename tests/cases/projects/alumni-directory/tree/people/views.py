from django.shortcuts import render

from .models import Person


def directory(request):
    return render(request, "people/directory.html", {"people": Person.objects.order_by("year", "name")})
