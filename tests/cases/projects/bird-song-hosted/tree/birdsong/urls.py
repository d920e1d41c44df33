from django.urls import path

from listen.views import identify

urlpatterns = [path("", identify, name="identify")]
