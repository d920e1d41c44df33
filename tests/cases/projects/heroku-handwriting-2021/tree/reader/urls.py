from django.urls import path

from . import views

urlpatterns = [
    path('', views.upload, name='upload'),
    path('letter/<int:pk>/', views.letter, name='letter'),
]
