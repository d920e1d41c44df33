from django.urls import path

from .views import tag

urlpatterns = [path("", tag, name="tag")]
