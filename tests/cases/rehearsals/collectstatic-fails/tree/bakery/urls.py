"""The site's addresses."""

from django.urls import path

from shop import views

urlpatterns = [
    path("", views.index),
]
