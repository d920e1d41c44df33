from django.urls import path

from reader.views import read

urlpatterns = [path("", read)]
