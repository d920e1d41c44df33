from django.urls import include, path
from shapes import views

urlpatterns = [
    path('', views.index),
    path('classify', views.classify),
]
