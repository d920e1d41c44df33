from django.contrib import admin
from django.urls import path

from meals import views

urlpatterns = [
    path("admin/", admin.site.urls),
    path("", views.upload, name="upload"),
    path("meals/", views.history, name="history"),
]
