from django.urls import path

from tagging.views import tag

urlpatterns = [path("", tag)]
