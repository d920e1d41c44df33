from django.urls import path

from . import views

urlpatterns = [
    path('', views.home, name='home'),
    path('sound/<int:pk>', views.sound, name='sound'),
]
