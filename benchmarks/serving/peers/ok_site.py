"""The ceiling: a Django site that takes the body, and answers "ok" without a model."""

from django.conf import settings
from django.core.wsgi import get_wsgi_application
from django.http import HttpRequest, HttpResponse
from django.urls import re_path
from django.views.decorators.csrf import csrf_exempt

settings.configure(
    ALLOWED_HOSTS=["127.0.0.1"],
    MIDDLEWARE=[],
    ROOT_URLCONF=__name__,
    SECRET_KEY="benchmark",  # noqa: S106
)


@csrf_exempt
def answer(request: HttpRequest) -> HttpResponse:
    """Read the body, as any answer to it must, and say ok."""
    assert request.body
    return HttpResponse(b"ok", content_type="text/plain")


urlpatterns = [re_path("", answer)]
application = get_wsgi_application()
