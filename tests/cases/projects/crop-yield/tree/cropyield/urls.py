from django.contrib import admin
from django.urls import path

from yields.views import forecast

urlpatterns = [
    path('admin/', admin.site.urls),
    path('', forecast, name='forecast'),
]
