from django.urls import path

from deblur import views

urlpatterns = [
    path("v1/deblur", views.deblur),
    path("healthz", views.healthz),
]
