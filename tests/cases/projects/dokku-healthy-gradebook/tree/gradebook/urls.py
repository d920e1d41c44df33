from django.contrib import admin
from django.http import HttpResponse
from django.urls import path

from essays import views

urlpatterns = [
    path("healthz", lambda request: HttpResponse("ok")),
    path("admin/", admin.site.urls),
    path("", views.essay, name="essay"),
]
