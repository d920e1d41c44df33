from django.contrib import admin
from django.urls import path

from inspection import views

urlpatterns = [
    path("admin/", admin.site.urls),
    path("", views.index, name="index"),
    path("inspect/", views.inspect_lens, name="inspect"),
]
