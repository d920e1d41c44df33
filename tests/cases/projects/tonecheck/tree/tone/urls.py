from django.urls import path

from .views import ToneView

urlpatterns = [path("tone/", ToneView.as_view())]
