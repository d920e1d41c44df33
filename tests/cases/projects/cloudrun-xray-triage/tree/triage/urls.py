from django.contrib import admin
from django.urls import path

from api.views import TriageView

urlpatterns = [
    path('admin/', admin.site.urls),
    path('api/triage', TriageView.as_view()),
]
