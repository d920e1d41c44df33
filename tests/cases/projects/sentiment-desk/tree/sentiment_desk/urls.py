from django.contrib import admin
from django.urls import path
from inbox import views

urlpatterns = [
    path('admin/', admin.site.urls),
    path('', views.index, name='index'),
    path('classify/', views.classify, name='classify'),
]
