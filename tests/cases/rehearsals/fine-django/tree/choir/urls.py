"""The site's addresses."""

from django.urls import path

from concerts import views

urlpatterns = [
    path("", views.index),
    path("dates/", views.dates),
]
