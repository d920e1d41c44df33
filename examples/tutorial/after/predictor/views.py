"""The site's page."""

from django.shortcuts import render


def index(request):
    """Show what the site does."""
    return render(request, "predictor/index.html")
