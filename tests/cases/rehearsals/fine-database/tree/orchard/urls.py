"""The site's addresses."""

from django.urls import path

from trees import views

urlpatterns = [
    path("", views.index),
]
