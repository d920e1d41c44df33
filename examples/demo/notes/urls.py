"""The notes' page, a sound to try, and the transcription."""

from django.urls import path

from notes import views

urlpatterns = [
    path("", views.page, name="notes"),
    path("scale.wav", views.scale, name="scale"),
    path("transcription", views.transcription, name="transcription"),
]
