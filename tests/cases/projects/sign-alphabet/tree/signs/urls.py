from django.urls import include, path
from learn.views import practice

urlpatterns = [
    path('', practice, name='practice'),
]
