"""How long a request may take, from its headers."""

import time

from django.http import HttpRequest

from wherry.django import registry
from wherry.serving.deadlines import NO_HASTE, Haste, parse_timeout_ms


def haste_of(request: HttpRequest) -> Haste:
    """Return what a request's router and client say of its time; to be asked when it arrives.

    Raises:
        InvalidInput: the client's header is not a number of milliseconds.
    """
    meta = request.META
    started = meta.get("HTTP_X_REQUEST_START")
    timeout_ms = meta.get("HTTP_X_REQUEST_TIMEOUT_MS")
    if started is None and timeout_ms is None:
        return NO_HASTE
    return Haste(
        left_s=None if started is None else registry.conf().router_clock.left_s(started),
        timeout_s=None if timeout_ms is None else parse_timeout_ms(timeout_ms),
        arrived=time.monotonic(),
    )
