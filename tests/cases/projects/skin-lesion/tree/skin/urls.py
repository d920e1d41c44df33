from django.contrib import admin
from django.urls import path
from detector.views import upload

urlpatterns = [
    path('admin/', admin.site.urls),
    path('', upload, name='upload'),
]
