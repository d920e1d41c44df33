from django.conf import settings
from django.contrib import admin
from django.urls import path, re_path
from django.views.static import serve

from creatures import views

urlpatterns = [
    path("admin/", admin.site.urls),
    path("", views.sightings, name="sightings"),
    re_path(r"^media/(?P<path>.*)$", serve, {"document_root": settings.MEDIA_ROOT}),
]
