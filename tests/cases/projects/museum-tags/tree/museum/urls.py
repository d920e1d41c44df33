from django.conf import settings
from django.urls import include, path

urlpatterns = [path("", include("tagging.urls"))]

if settings.DEBUG and "debug_toolbar" in settings.INSTALLED_APPS:
    urlpatterns.append(path("__debug__/", include("debug_toolbar.urls")))
