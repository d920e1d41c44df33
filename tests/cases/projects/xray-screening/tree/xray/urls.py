from django.contrib import admin
from django.urls import path

from screening import views

urlpatterns = [
    path('admin/', admin.site.urls),
    path('', views.scans, name='scans'),
]
