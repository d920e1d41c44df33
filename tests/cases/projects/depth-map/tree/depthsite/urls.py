from django.urls import include, path
from depth.views import estimate, home

urlpatterns = [
    path('', home),
    path('estimate', estimate),
]
