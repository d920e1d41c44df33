from django.contrib import admin
from django.urls import include, path
from rest_framework.routers import DefaultRouter

from triage.views import TicketViewSet

router = DefaultRouter()
router.register("tickets", TicketViewSet)

urlpatterns = [
    path("admin/", admin.site.urls),
    path("api/", include(router.urls)),
]
