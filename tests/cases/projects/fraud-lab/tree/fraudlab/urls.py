from django.urls import path

from lab import views

urlpatterns = [
    path("", views.home),
    path("train", views.train),
    path("score", views.score),
]
