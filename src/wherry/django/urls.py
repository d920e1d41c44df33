"""All endpoints: ``path("", include("wherry.django.urls"))``."""

from django.urls import re_path

from wherry.django import views

app_name = "wherry"

# Longer names are nobody's, and would be quoted in the answer.
_MODEL = r"models/(?P<name>[^/:]{1,200})(?:/versions/(?P<version>[^/:]{1,200}))?"

# The two that ask a model come first: patterns are tried in order, on every request.
urlpatterns = [
    re_path(rf"^v1/{_MODEL}:predict\Z", views.predict, name="predict"),
    re_path(rf"^v2/{_MODEL}/infer\Z", views.infer, name="infer"),
    re_path(r"^v2/health/live\Z", views.live, name="live"),
    re_path(r"^v2/health/ready\Z", views.ready, name="ready"),
    re_path(rf"^v2/{_MODEL}/ready\Z", views.model_ready, name="model-ready"),
    re_path(rf"^v2/{_MODEL}\Z", views.model_metadata, name="model-metadata"),
    re_path(r"^v2/?\Z", views.server_metadata, name="server-metadata"),
    re_path(rf"^v1/{_MODEL}\Z", views.status, name="status"),
    re_path(rf"^v1/{_MODEL}/metadata\Z", views.metadata, name="metadata"),
    re_path(rf"^v1/{_MODEL}:(?:classify|regress)\Z", views.classify_or_regress, name="classify"),
    re_path(r"^openapi\.json\Z", views.openapi, name="openapi"),
    # The rest of what the protocols own, and nothing of the project's own paths.
    re_path(r"^v1/models(?:/|\Z)", views.not_found),
    re_path(r"^v2/(?:health|models|repository)(?:/|\Z)", views.not_found),
]
