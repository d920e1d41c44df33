from django.urls import path

from recognise import views

urlpatterns = [path('', views.form), path('api/recognise', views.recognise)]
