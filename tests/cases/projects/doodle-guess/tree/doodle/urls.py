from django.urls import include, path
from game import views

urlpatterns = [
    path('', views.board),
    path('guess', views.guess),
]
