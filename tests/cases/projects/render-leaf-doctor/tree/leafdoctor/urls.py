from django.conf import settings
from django.conf.urls.static import static
from django.contrib import admin
from django.urls import path

from diagnose import views

urlpatterns = [
    path('admin/', admin.site.urls),
    path('', views.index, name='index'),
    path('predict/', views.predict, name='predict'),
    path('live/', views.live, name='live'),
] + static(settings.MEDIA_URL, document_root=settings.MEDIA_ROOT)
