"""Three pages, and the models' own endpoints."""

from django.urls import include, path

from demo import views

urlpatterns = [
    path("", include("digits.urls")),
    path("notes/", include("notes.urls")),
    path("models/", views.models, name="models"),
    path("", include("wherry.django.urls")),
]
