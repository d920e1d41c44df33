from django.contrib import admin
from django.urls import path
from camera import views

urlpatterns = [
    path('admin/', admin.site.urls),
    path('', views.index, name='index'),
    path('video_feed', views.video_feed, name='video_feed'),
    path('photo', views.photo, name='photo'),
]
