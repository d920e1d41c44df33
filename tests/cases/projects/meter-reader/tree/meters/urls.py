from django.urls import path

from reader.views import latest

urlpatterns = [path("", latest)]
