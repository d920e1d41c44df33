from django.contrib import admin
from django.urls import path

from windows import views

urlpatterns = [
    path("admin/", admin.site.urls),
    path("", views.index, name="index"),
    path("api/window/", views.window, name="window"),
]
