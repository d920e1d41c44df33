from django.urls import path

from api.views import healthz, label

urlpatterns = [path("", healthz), path("v1/label", label)]
