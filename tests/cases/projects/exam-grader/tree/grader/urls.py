from django.contrib import admin
from django.urls import include, path
from home import views

urlpatterns = [
    path('admin/', admin.site.urls),
    path('', views.home, name='home'),
    path('result/', views.result, name='result'),
    path('history/', views.history, name='history'),
]
