from django.urls import path

from ocr.views import upload

urlpatterns = [path("", upload)]
