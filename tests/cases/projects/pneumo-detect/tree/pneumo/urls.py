from django.urls import path

from detect import views

urlpatterns = [path('', views.index), path('check', views.check, name='check')]
