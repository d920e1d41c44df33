from django.urls import path
from houses.views import guess

urlpatterns = [path('', guess)]
