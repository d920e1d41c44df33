from django.urls import path

from shades.views import palette

urlpatterns = [path("", palette, name="palette")]
