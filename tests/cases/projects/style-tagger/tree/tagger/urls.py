from django.contrib import admin
from django.urls import path
from tags.views import TagView, front

urlpatterns = [
    path('admin/', admin.site.urls),
    path('', front),
    path('tags/', TagView.as_view()),
]
