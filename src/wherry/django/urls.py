"""All endpoints: ``path("", include("wherry.django.urls"))``."""

import functools

from django.http import HttpRequest, HttpResponse
from django.urls import re_path

from wherry.django import health, metrics, views
from wherry.django.answers import View
from wherry.django.jobs import urls as jobs
from wherry.serving.shelf import Label

app_name = "wherry"

# Longer names are nobody's, and would be quoted in the answer.
_NAME = r"models/(?P<name>[^/:]{1,200})"
_MODEL = rf"{_NAME}(?:/versions/(?P<version>[^/:]{{1,200}}))?"
_LABELLED = rf"{_NAME}/labels/(?P<label>[^/:]{{1,200}})"


def _labelled(view: View) -> View:
    """Return a view that takes a label where this one takes a version."""

    @functools.wraps(view)
    def with_label(request: HttpRequest, name: str, label: str) -> HttpResponse:
        return view(request, name, Label(label))

    return with_label


# The two that ask a model come first: patterns are tried in order, on every request.
urlpatterns = [
    re_path(rf"^v1/{_MODEL}:predict\Z", views.predict, name="predict"),
    re_path(rf"^v2/{_MODEL}/infer\Z", views.infer, name="infer"),
    re_path(r"^v2/health/live\Z", health.live, name="live"),
    re_path(r"^v2/health/ready\Z", health.ready, name="ready"),
    re_path(rf"^v2/{_MODEL}/ready\Z", health.model_ready, name="model-ready"),
    re_path(rf"^v2/{_MODEL}\Z", views.model_metadata, name="model-metadata"),
    re_path(r"^v2/?\Z", views.server_metadata, name="server-metadata"),
    re_path(rf"^v1/{_MODEL}\Z", health.status, name="status"),
    re_path(rf"^v1/{_MODEL}/metadata\Z", views.metadata, name="metadata"),
    re_path(rf"^v1/{_MODEL}:(?:classify|regress)\Z", views.classify_or_regress, name="classify"),
    re_path(rf"^v1/{_LABELLED}:predict\Z", _labelled(views.predict), name="predict-label"),
    re_path(rf"^v2/{_LABELLED}/infer\Z", _labelled(views.infer), name="infer-label"),
    re_path(rf"^v2/{_LABELLED}/ready\Z", _labelled(health.model_ready), name="label-ready"),
    re_path(rf"^v2/{_LABELLED}\Z", _labelled(views.model_metadata), name="label-metadata"),
    re_path(rf"^v1/{_LABELLED}\Z", _labelled(health.status), name="label-status"),
    *jobs.urlpatterns(),
    # Where TensorFlow Serving has it; /metrics may be the site's own.
    re_path(r"^monitoring/prometheus/metrics\Z", metrics.metrics, name="metrics"),
    re_path(r"^openapi\.json\Z", views.openapi, name="openapi"),
    # The rest of what the protocols own, and nothing of the project's own paths.
    re_path(r"^v1/models(?:/|\Z)", views.not_found),
    re_path(r"^v2/(?:health|models|repository)(?:/|\Z)", views.not_found),
]
