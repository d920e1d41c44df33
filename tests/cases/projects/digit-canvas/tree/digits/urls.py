from django.urls import path

from canvas import views

urlpatterns = [
    path('', views.draw),
    path('guess', views.guess, name='guess'),
]
