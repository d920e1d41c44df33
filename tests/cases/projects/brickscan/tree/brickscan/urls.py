from django.contrib import admin
from django.urls import path

from bricks.views import scan

urlpatterns = [path("admin/", admin.site.urls), path("", scan, name="scan")]
