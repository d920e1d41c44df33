"""A Django site that serves the model with Wherry."""

import os
from pathlib import Path

from django.conf import settings
from django.core.wsgi import get_wsgi_application
from django.http import HttpResponse
from django.urls import include, path

settings.configure(
    ALLOWED_HOSTS=["127.0.0.1"],
    INSTALLED_APPS=["wherry.django"],
    MIDDLEWARE=[],
    ROOT_URLCONF=__name__,
    SECRET_KEY="benchmark",  # noqa: S106
    WHERRY={"MODELS": {os.environ["BENCH_NAME"]: Path(os.environ["BENCH_MODEL"])}},
)

urlpatterns = [
    path("page", lambda _: HttpResponse("page")),
    path("", include("wherry.django.urls")),
]
application = get_wsgi_application()
