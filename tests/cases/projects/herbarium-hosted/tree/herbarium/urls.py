from django.conf import settings
from django.contrib import admin
from django.http import HttpResponse
from django.urls import path, re_path
from django.views.static import serve

from sheets import views

urlpatterns = [
    path("admin/", admin.site.urls),
    path("up/", lambda request: HttpResponse("up", content_type="text/plain")),
    path("", views.SheetCreate.as_view(), name="add"),
    path("sheet/<int:pk>/", views.SheetDetail.as_view(), name="sheet"),
    # few pictures, few readers: Django may serve them itself
    re_path(r"^media/(?P<path>.*)$", serve, {"document_root": settings.MEDIA_ROOT}),
]
