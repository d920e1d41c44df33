from django.conf import settings
from django.conf.urls.static import static
from django.contrib import admin
from django.urls import path

from rooms import views

urlpatterns = [
    path('admin/', admin.site.urls),
    path('', views.guests, name='guests'),
] + static(settings.MEDIA_URL, document_root=settings.MEDIA_ROOT)
