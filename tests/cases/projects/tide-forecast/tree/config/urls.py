from django.urls import path

from gauges import views

urlpatterns = [
    path("", views.overview, name="overview"),
    path("api/<slug:gauge>/", views.forecast, name="forecast"),
]
