from django.contrib import admin
from django.urls import path

from reader.views import read

urlpatterns = [
    path("admin/", admin.site.urls),
    path("", read, name="read"),
]
