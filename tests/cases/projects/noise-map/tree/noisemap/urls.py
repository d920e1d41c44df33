from django.contrib import admin
from django.urls import include, path
from meters import views

urlpatterns = [
    path('admin/', admin.site.urls),
    path('', views.latest),
]
