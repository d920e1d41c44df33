from django.contrib import admin
from django.urls import include, path
from dishes.views import table

urlpatterns = [
    path('admin/', admin.site.urls),
    path('', table, name='table'),
]
