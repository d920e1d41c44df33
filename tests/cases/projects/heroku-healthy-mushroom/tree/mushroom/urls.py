from django.contrib import admin
from django.urls import path

from spotter import views

urlpatterns = [
    path("admin/", admin.site.urls),
    path("", views.spot, name="spot"),
]
