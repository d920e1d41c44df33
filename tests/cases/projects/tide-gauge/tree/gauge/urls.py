from django.urls import path

from . import views

urlpatterns = [
    path('', views.tides),
    path('healthz', views.healthz),
]
