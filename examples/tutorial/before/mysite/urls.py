from django.urls import path

from predictor import views

urlpatterns = [
    path('', views.index),
    path('predict/', views.predict),
]
