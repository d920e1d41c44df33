from django.contrib import admin
from django.urls import include, path
from scan import views

urlpatterns = [
    path('admin/', admin.site.urls),
    path('', views.scan, name='scan'),
]
