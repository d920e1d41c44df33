from django.contrib import admin
from django.urls import include, path
from parcels import views

urlpatterns = [
    path('admin/', admin.site.urls),
    path('api/parcels/<str:code>/', views.parcel),
    path('healthz', views.healthz),
]
