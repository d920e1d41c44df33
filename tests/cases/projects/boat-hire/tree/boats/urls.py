from django.urls import path

from hire import views

urlpatterns = [path("", views.fleet), path("fleet/rows", views.rows)]
