from django.urls import path

from sorter.views import sort, start

urlpatterns = [
    path("", start),
    path("sort/", sort, name="sort"),
]
