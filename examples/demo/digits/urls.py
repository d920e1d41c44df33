"""The digits' page, and a digit to try."""

from django.urls import path

from digits import views

urlpatterns = [
    path("", views.page, name="digits"),
    path("digits/held-back", views.held_back, name="held-back"),
]
