from django.urls import path

from birds import views

urlpatterns = [
    path("", views.upload, name="upload"),
    path("log/", views.log, name="log"),
]
