"""Gunicorn's dirty workers: a Django view hands the input to a process that holds the model."""

import json

from django.conf import settings
from django.core.wsgi import get_wsgi_application
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.urls import path
from django.views.decorators.csrf import csrf_exempt
from gunicorn.dirty import get_dirty_client

settings.configure(
    ALLOWED_HOSTS=["127.0.0.1"],
    MIDDLEWARE=[],
    ROOT_URLCONF=__name__,
    SECRET_KEY="benchmark",  # noqa: S106
)
MODEL = "dirty_model:Model"


@csrf_exempt
def answer(request: HttpRequest) -> HttpResponse:
    """JSON in and out, or raw float32 in and out."""
    client = get_dirty_client()
    if request.content_type == "application/json":
        rows = client.execute(MODEL, "rows", json.loads(request.body)["instances"])
        return JsonResponse({"predictions": rows})
    raw = client.execute(MODEL, "raw", request.body)
    return HttpResponse(raw, content_type="application/octet-stream")


urlpatterns = [path("predict", answer), path("page", lambda _: HttpResponse("page"))]
application = get_wsgi_application()
