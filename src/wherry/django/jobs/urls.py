"""The addresses of jobs, beside those of the model that they are for."""

from importlib import import_module

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.http import HttpRequest, HttpResponse
from django.urls import URLPattern, re_path
from django.views.decorators.csrf import csrf_exempt

from wherry.django.answers import View

APP = "wherry.django.jobs"
_ID = r"(?P<job_id>[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})"
_JOB = rf"^v1/models/(?P<name>[^/:]{{1,200}})/jobs/{_ID}"


def urlpatterns() -> list[URLPattern]:
    """Return the patterns; none without the app of jobs, whose views need its tables.

    The setting is read, and not the registry of apps: a site of one file includes these addresses
    before there is one.
    """
    try:
        installed = settings.INSTALLED_APPS
    except ImproperlyConfigured:
        return []  # whoever imports this without settings learns of that elsewhere
    if not any(app == APP or app.startswith(f"{APP}.") for app in installed):
        return []
    return [
        re_path(rf"{_JOB}\Z", _late("job"), name="job"),
        re_path(rf"{_JOB}/result\Z", _late("result"), name="job-result"),
    ]


def _late(name: str) -> View:
    """Return a view of ``jobs.views``, which can be imported once all apps are ready."""

    @csrf_exempt  # as the endpoint behind it is: its callers have no cookies
    def view(request: HttpRequest, **arguments: str) -> HttpResponse:
        found: View = getattr(import_module(f"{APP}.views"), name)
        return found(request, **arguments)

    return view
