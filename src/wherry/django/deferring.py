"""Whether a request for a prediction is to be answered now or kept as a job (RFC 7240)."""

import functools
from collections.abc import Callable

from django.apps import apps
from django.http import HttpRequest, HttpResponse

from wherry.django.answers import View

# Preferences are a few words.
LONGEST = 400


def deferrable(protocol: str) -> Callable[[View], View]:
    """Let a view's requests be done later where they say ``Prefer: respond-async``.

    ``protocol`` is ``v1`` or ``v2``. Without the app of jobs the preference is ignored, as the RFC
    wants it.
    """

    def decorate(view: View) -> View:
        @functools.wraps(view)
        def deferring(request: HttpRequest, name: str, version: str | None = None) -> HttpResponse:
            preferences = request.META.get("HTTP_PREFER")
            if preferences is None or not _asks_for_later(preferences):
                return view(request, name, version)
            from wherry.django.jobs import intake

            return intake.accept(request, protocol, name, version)

        return deferring

    return decorate


def _asks_for_later(preferences: str) -> bool:
    words = (word.partition(";")[0].strip().lower() for word in preferences[:LONGEST].split(","))
    return "respond-async" in words and apps.is_installed("wherry.django.jobs")
