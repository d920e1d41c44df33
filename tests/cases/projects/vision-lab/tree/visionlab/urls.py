from django.urls import path

from portal import views

urlpatterns = [path('', views.index), path('edges/', views.edges), path('classify/', views.classify)]
