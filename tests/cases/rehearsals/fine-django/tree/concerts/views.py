"""The choir's pages."""

from django.shortcuts import render


def index(request):
    return render(request, "concerts/index.html")


def dates(request):
    return render(request, "concerts/index.html", {"dates": ["June 3", "July 12"]})
