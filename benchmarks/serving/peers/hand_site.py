"""LiteRT or ONNX Runtime called by hand in a Django view."""

import json

import direct
import numpy as np
from django.conf import settings
from django.core.wsgi import get_wsgi_application
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.urls import path
from django.views.decorators.csrf import csrf_exempt
from work import MODEL, SHAPE

settings.configure(
    ALLOWED_HOSTS=["127.0.0.1"],
    MIDDLEWARE=[],
    ROOT_URLCONF=__name__,
    SECRET_KEY="benchmark",  # noqa: S106
)
predict = direct.load(MODEL, threads=1)


@csrf_exempt
def answer(request: HttpRequest) -> HttpResponse:
    """JSON in and out, or raw float32 in and out."""
    if request.content_type == "application/json":
        rows = json.loads(request.body)["instances"]
        (answered,) = predict(np.array(rows, np.float32))
        return JsonResponse({"predictions": answered.tolist()})
    answers = predict(np.frombuffer(request.body, np.float32).reshape(SHAPE))
    raw = b"".join(item.tobytes() for item in answers)
    return HttpResponse(raw, content_type="application/octet-stream")


urlpatterns = [path("predict", answer)]
application = get_wsgi_application()
