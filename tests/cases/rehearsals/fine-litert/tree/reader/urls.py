"""The site's addresses."""

from django.urls import include, path

from pages import views

urlpatterns = [
    path("", views.index),
    path("", include("wherry.django.urls")),
]
