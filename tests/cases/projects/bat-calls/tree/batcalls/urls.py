from django.urls import include, path
from calls import views

urlpatterns = [
    path('', views.home),
    path('species', views.species),
]
