from django.urls import path

from forecast.views import demand

urlpatterns = [path("demand", demand)]
