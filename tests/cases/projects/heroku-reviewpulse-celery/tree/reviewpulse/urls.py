from django.contrib import admin
from django.urls import path

from reviews import views

urlpatterns = [
    path("admin/", admin.site.urls),
    path("", views.page, name="page"),
    path("api/score/", views.score, name="score"),
    path("api/batch/", views.batch, name="batch"),
]
