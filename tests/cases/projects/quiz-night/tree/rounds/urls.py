from django.urls import path

from . import views

urlpatterns = [
    path('', views.lobby),
    path('join/', views.join),
    path('answer/', views.answer),
    path('board/', views.board),
    path('finish/', views.finish),
]
