from django.urls import path

from mood import views

urlpatterns = [
    path("", views.home),
    path("mood", views.mood, name="mood"),
]
