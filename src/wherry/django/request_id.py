"""The id that the router gave a request: in every line of the log that the request causes."""

import logging
import uuid
from collections.abc import Callable
from contextvars import ContextVar
from typing import Final

from django.http import HttpRequest, HttpResponseBase

# Routers write a UUID; a client may send its own. Anything else could forge a line of the log.
LONGEST: Final = 200
_CHARACTERS: Final = frozenset(
    "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_.:/+="
)

_current: ContextVar[str | None] = ContextVar("wherry_request_id", default=None)


def request_id(request: HttpRequest) -> str | None:
    """Return what the header X-Request-Id says, or what the middleware gave the request."""
    given = request.META.get("HTTP_X_REQUEST_ID")
    if given and len(given) <= LONGEST and _CHARACTERS.issuperset(given):
        return str(given)
    return _current.get()


def middleware(
    get_response: Callable[[HttpRequest], HttpResponseBase],
) -> Callable[[HttpRequest], HttpResponseBase]:
    """Keep a request's id while it is answered, make one where there is none, and answer with it.

    Put ``"wherry.django.request_id.middleware"`` first into MIDDLEWARE.
    """

    def answer(request: HttpRequest) -> HttpResponseBase:
        known = request_id(request) or str(uuid.uuid4())
        token = _current.set(known)
        try:
            response = get_response(request)
        finally:
            _current.reset(token)
        response.headers.setdefault("X-Request-Id", known)
        return response

    return answer


class RequestIdFilter(logging.Filter):
    """Gives each record the ``request_id`` of the request that it was logged for."""

    def filter(self, record: logging.LogRecord) -> bool:
        """Add it; no record is held back."""
        if not hasattr(record, "request_id"):
            record.request_id = _current.get()
        return True
