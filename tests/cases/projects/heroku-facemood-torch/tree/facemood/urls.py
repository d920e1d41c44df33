from django.contrib import admin
from django.urls import path

from camera import views

urlpatterns = [
    path("admin/", admin.site.urls),
    path("", views.home, name="home"),
    path("video_feed", views.video_feed, name="video_feed"),
    path("moods", views.moods, name="moods"),
]
