from django.urls import path

from tides.views import index

urlpatterns = [path("", index, name="index")]
