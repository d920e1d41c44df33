from django.contrib import admin
from django.urls import path

from plates.views import PlateView

urlpatterns = [
    path("admin/", admin.site.urls),
    path("api/plate/", PlateView.as_view()),
]
