"""The site's addresses."""

from django.urls import path

from leaves import views

urlpatterns = [
    path("", views.index),
    path("today/", views.today),
]
