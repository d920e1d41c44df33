"""The test project's endpoints."""

from django.http import HttpRequest, HttpResponse
from django.urls import include, path


def index(_: HttpRequest) -> HttpResponse:
    """Answer without a model."""
    return HttpResponse("ok")


urlpatterns = [path("", include("wherry.django.urls")), path("site/", index)]
