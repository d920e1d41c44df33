from django.urls import path

from triage.views import triage

urlpatterns = [path("", triage)]
