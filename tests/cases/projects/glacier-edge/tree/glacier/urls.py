from django.urls import include, path
from edges import views

urlpatterns = [
    path('', views.index),
    path('classify', views.classify),
]
