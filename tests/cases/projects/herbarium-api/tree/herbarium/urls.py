from django.urls import path

from leaves import views

urlpatterns = [
    path("api/identify/", views.IdentifyView.as_view()),
    path("api/compare/", views.compare),
    path("healthz", views.health),
]
