from django.urls import path

from . import views

urlpatterns = [
    path('', views.index, name='index'),
    path('diabetes/', views.diabetes, name='diabetes'),
    path('heart/', views.heart, name='heart'),
    path('kidney/', views.kidney, name='kidney'),
]
