"""The usual answer: TensorFlow imported by the Django view, the SavedModel loaded beside it."""

import json

import tensorflow as tf
from django.conf import settings
from django.core.wsgi import get_wsgi_application
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.urls import path
from django.views.decorators.csrf import csrf_exempt
from work import SHAPE, WORK

settings.configure(
    ALLOWED_HOSTS=["127.0.0.1"],
    MIDDLEWARE=[],
    ROOT_URLCONF=__name__,
    SECRET_KEY="benchmark",  # noqa: S106
)
model = tf.saved_model.load(WORK["saved_model"])
predict = model.signatures["serving_default"]


@csrf_exempt
def answer(request: HttpRequest) -> HttpResponse:
    """JSON in and out, or raw float32 in and out."""
    if request.content_type == "application/json":
        rows = json.loads(request.body)["instances"]
        (answered,) = predict(tf.constant(rows, tf.float32)).values()
        return JsonResponse({"predictions": answered.numpy().tolist()})
    array = tf.reshape(tf.io.decode_raw(request.body, tf.float32), SHAPE)
    answers = predict(array)
    raw = b"".join(answers[name].numpy().tobytes() for name in sorted(answers))
    return HttpResponse(raw, content_type="application/octet-stream")


urlpatterns = [path("predict", answer)]
application = get_wsgi_application()
