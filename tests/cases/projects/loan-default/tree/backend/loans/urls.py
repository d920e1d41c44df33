from django.urls import path

from scoring.views import score

urlpatterns = [path("api/score", score)]
