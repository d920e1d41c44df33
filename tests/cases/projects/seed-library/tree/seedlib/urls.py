from django.contrib import admin
from django.urls import include, path
from catalogue.views import seeds

urlpatterns = [
    path('admin/', admin.site.urls),
    path('', seeds),
]
