"""Settings about TLS behind a router that ends it, and about origins of forms."""

from collections.abc import Iterator
from typing import Final

from wherry.doctor.rule import Context, Rule, found
from wherry.doctor.rules.code import editing, places, versions
from wherry.findings import Finding, Fix

_HEADER: Final = 'SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")'
_SCHEMES_SINCE: Final = (4, 0)


def _redirect(context: Context) -> Iterator[Finding]:
    settings = places.django(context)
    setting = None if settings is None else settings.find("SECURE_SSL_REDIRECT")
    if settings is None or setting is None or not settings.whole:
        return
    if setting.value.plain is not True or settings.find("SECURE_PROXY_SSL_HEADER") is not None:
        return
    if "django.middleware.security.SecurityMiddleware" not in places.middleware(settings):
        return
    change = editing.inserted(context, setting.path, setting.end_line, _HEADER)
    usable = (
        change is not None and not setting.quote.startswith((" ", "\t")) and not setting.conditional
    )
    yield found(
        "ssl-redirect-without-proxy-header",
        places.of_setting(setting),
        values={"settings": setting.path},
        fix=Fix("Tell Django which header says so.", (change,), safe=True)
        if change and usable
        else None,
    )


def _origins(context: Context) -> Iterator[Finding]:
    settings = places.django(context)
    setting = None if settings is None else settings.find("CSRF_TRUSTED_ORIGINS")
    if setting is None or not versions.at_least(context, "django", _SCHEMES_SINCE):
        return
    bare = [text for text in places.texts(setting.value) if text and "://" not in text]
    if bare:
        yield found(
            "csrf-trusted-origins",
            places.of_setting(setting),
            values={"origin": bare[0], "settings": setting.path},
        )


def _cookies(context: Context) -> Iterator[Finding]:
    """Report cookies that travel in the open on a site that is meant for TLS only."""
    settings = places.django(context)
    if settings is None or not settings.whole or settings.find("SESSION_COOKIE_SECURE") is not None:
        return
    setting = settings.find("SECURE_HSTS_SECONDS")
    if setting is not None and setting.value.fixed and setting.value.plain:
        where = places.of_setting(setting)
        yield found("cookies-without-secure", where, values={"settings": setting.path})


COOKIES: Final = Rule("cookies", ("cookies-without-secure",), _cookies)
REDIRECT: Final = Rule("ssl-redirect", ("ssl-redirect-without-proxy-header",), _redirect)
ORIGINS: Final = Rule("trusted-origins", ("csrf-trusted-origins",), _origins)
