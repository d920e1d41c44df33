from django.urls import path

from listen.views import CoughView, health

urlpatterns = [
    path("api/cough", CoughView.as_view()),
    path("health", health),
]
