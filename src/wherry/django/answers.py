"""Answers: JSON bodies, and which status each error has."""

import functools
import logging
import math
from collections.abc import Callable
from typing import Any

from django.db.transaction import non_atomic_requests
from django.http import HttpRequest, HttpResponse

from wherry.django import registry
from wherry.django.access import is_known, is_permitted
from wherry.errors import (
    BodyTooSlow,
    BundleError,
    ChangeFailed,
    ConfigurationError,
    DeadlineExceeded,
    DoesNotFit,
    ExecutionFailed,
    InputTooLarge,
    InvalidInput,
    LoadedBeforeFork,
    ModelNotFound,
    ModelNotReady,
    Overloaded,
    RuntimeMissing,
    UnsupportedContent,
    WherryError,
)
from wherry.serving.wire import document

logger = logging.getLogger("wherry")

type View = Callable[..., HttpResponse]

JSON = "application/json"
# The first that an error is an instance of decides.
STATUSES: tuple[tuple[type[WherryError], int], ...] = (
    (InputTooLarge, 413),
    (UnsupportedContent, 415),
    (BodyTooSlow, 408),
    (InvalidInput, 400),
    (ModelNotFound, 404),
    (ModelNotReady, 503),
    (Overloaded, 503),
    (DeadlineExceeded, 504),
    (ExecutionFailed, 500),
    (BundleError, 503),
    (RuntimeMissing, 503),
    (LoadedBeforeFork, 503),
    (ConfigurationError, 503),
    (DoesNotFit, 507),
    (ChangeFailed, 409),
)
UNEXPECTED = "Something went wrong in the server that it did not foresee; its log says what."


def endpoint(*methods: str, guarded: bool = True) -> Callable[[View], View]:
    """Make a view of a function that may raise any WherryError.

    The view answers only the given methods, asks for API key and permission if ``guarded``,
    turns errors into answers, and is left alone by CSRF protection and ATOMIC_REQUESTS.
    """

    def decorate(function: View) -> View:
        @functools.wraps(function)
        def view(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
            try:
                if request.method not in methods:
                    return wrong_method(request, methods)
                if guarded:
                    refusal = refuse(request)
                    if refusal is not None:
                        return refusal
                return function(request, *args, **kwargs)
            except WherryError as error:
                return answer_error(error)
            except Exception:
                logger.exception("%s %s failed.", request.method, request.path)
                return error_response(500, UNEXPECTED)

        # What csrf_exempt does, without its second wrapper around every request.
        view.csrf_exempt = True  # type: ignore[attr-defined]
        return non_atomic_requests(view)

    return decorate


def refuse(request: HttpRequest) -> HttpResponse | None:
    """Return the refusal of a caller who may not ask, or None."""
    conf = registry.conf()
    if not is_known(request, conf):
        response = error_response(
            401, "An API key is needed: send it as 'Authorization: Bearer KEY' or 'X-API-Key: KEY'."
        )
        response["WWW-Authenticate"] = "Bearer"
        return response
    if not is_permitted(request, conf):
        return error_response(403, "This request is not permitted.")
    return None


def answer_error(error: WherryError) -> HttpResponse:
    """Return the answer that an error has; those that are the server's fault are logged."""
    status = next((status for kind, status in STATUSES if isinstance(error, kind)), 500)
    if status == 500:
        logger.error("%s", error)
    response = error_response(status, str(error))
    if status == 503:
        retry_after_s = getattr(error, "retry_after_s", None)
        if retry_after_s is not None:
            response["Retry-After"] = str(max(1, math.ceil(retry_after_s)))
    return response


def error_response(status: int, sentence: str) -> HttpResponse:
    """Return ``{"error": sentence}``."""
    return json_response({"error": sentence}, status)


def wrong_method(request: HttpRequest, methods: tuple[str, ...]) -> HttpResponse:
    """Return the answer to a method that the endpoint does not have."""
    allowed = ", ".join(methods)
    response = error_response(405, f"{request.method} is not possible here; {allowed} is.")
    response["Allow"] = allowed
    return response


def json_response(value: object, status: int = 200) -> HttpResponse:
    """Return a value as a JSON answer."""
    return HttpResponse(document.write(value), content_type=JSON, status=status)
