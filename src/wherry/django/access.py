"""Who may ask the models: API keys and a permission function."""

import hmac

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest

from wherry.django.conf import Conf


def is_known(request: HttpRequest, conf: Conf) -> bool:
    """Whether the request brings one of the API keys, or none is wanted.

    The key stands in ``Authorization: Bearer KEY`` or ``X-API-Key: KEY``. Every key is compared,
    in time that tells nothing of how much of it was right.
    """
    if not conf.api_keys:
        return True
    given = request.META.get("HTTP_X_API_KEY")
    if given is None:
        scheme, _, given = request.META.get("HTTP_AUTHORIZATION", "").partition(" ")
        if scheme.lower() != "bearer":
            return False
    sent = given.strip().encode("latin-1", errors="replace")
    matches = [hmac.compare_digest(sent, key.encode()) for key in conf.api_keys]
    return any(matches)


def is_permitted(request: HttpRequest, conf: Conf) -> bool:
    """Whether the project's permission function lets the request pass, or there is none.

    The function may return False or raise Django's PermissionDenied.
    """
    if conf.permission is None:
        return True
    try:
        return bool(conf.permission(request))
    except PermissionDenied:
        return False
