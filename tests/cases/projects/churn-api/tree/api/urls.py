from django.urls import path

from .views import Health, Score

urlpatterns = [
    path("score/", Score.as_view()),
    path("health/", Health.as_view()),
]
