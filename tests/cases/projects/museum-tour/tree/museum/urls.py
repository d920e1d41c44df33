from django.urls import path

from tour.views import start

urlpatterns = [path("", start)]
