from django.urls import include, path
from trap import views

urlpatterns = [
    path('', views.index),
    path('classify', views.classify),
]
