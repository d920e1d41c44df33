from django.http import HttpResponse
from django.urls import path

from coach.views import check

urlpatterns = [
    path("healthz", lambda request: HttpResponse("ok")),
    path("", check, name="check"),
]
