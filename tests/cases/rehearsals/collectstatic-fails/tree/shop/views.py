"""The bakery's page."""

from django.shortcuts import render


def index(request):
    return render(request, "shop/index.html")
