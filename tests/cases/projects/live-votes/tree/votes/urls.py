from django.urls import path

from live.views import page, stream

urlpatterns = [path("", page), path("stream", stream)]
