from django.contrib import admin
from django.urls import path

from scoring.api import ScoreView

urlpatterns = [
    path("admin/", admin.site.urls),
    path("api/score/", ScoreView.as_view()),
]
