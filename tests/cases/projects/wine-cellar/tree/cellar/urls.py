from django.contrib import admin
from django.urls import include, path
from wines.views import quality

urlpatterns = [
    path('admin/', admin.site.urls),
    path('', quality, name='quality'),
]
