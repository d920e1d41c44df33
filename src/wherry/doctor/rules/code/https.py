"""Settings about TLS behind a router that ends it, and about origins of forms."""

import re
from collections.abc import Iterator
from typing import Final

from wherry.doctor.rule import Context, Rule, found
from wherry.doctor.rules.code import editing, places, usage, versions
from wherry.findings import Confidence, FileSpan, Finding, Fix
from wherry.project.code.settings import Settings
from wherry.project.code.values import Setting
from wherry.project.host_python import uses_image

_BEHIND_TLS: Final = frozenset(("railway", "fly", "cloud-run"))
# Their Python builds tell gunicorn and uvicorn (FORWARDED_ALLOW_IPS) to believe the router.
_TRUSTING: Final = frozenset(("heroku", "render"))
_BELIEVING_NOBODY: Final = frozenset(("runserver", "waitress", "daphne"))
_TOLD: Final = re.compile(r"--proxy-headers|--trusted-proxy|--url-scheme|runserver_plus|sslserver")
_ALONE: Final = re.compile(r"127\.|localhost|\[::1\]|unix:")
_LOGINS: Final = re.compile(
    r"login_required|LoginRequiredMixin|LoginView|\bauthenticate\(|django\.contrib\.auth\.urls"
    r"|allauth\.urls|admin\.site\.register\(|@admin\.register\("
)
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
    yield from _bare(context)
    yield from _no_origin(context)


def _no_origin(context: Context) -> Iterator[Finding]:
    """Report forms on a host that ends TLS in front of a server that does not believe it.

    Django then takes each request for http, and a form's origin is https. gunicorn and uvicorn
    believe X-Forwarded-Proto from this machine only; Heroku's buildpack tells gunicorn otherwise.
    Django's own server, waitress and daphne believe it nowhere, if they are not told to.
    """
    settings = places.django(context)
    if settings is None or not settings.whole or not _is_sent_http(context):
        return
    if not versions.may_be(context, "django", _SCHEMES_SINCE):
        return
    if "django.middleware.csrf.CsrfViewMiddleware" not in places.middleware(settings):
        return
    if any(settings.find(name) for name in ("CSRF_TRUSTED_ORIGINS", "SECURE_PROXY_SSL_HEADER")):
        return
    form = next(_forms(context), None)
    if form is not None:
        where = places.of_settings(settings)
        origin = {"origin": "https://" + _host_of(settings)} if _host_of(settings) else {}
        yield found(
            "csrf-trusted-origins",
            where,
            form,
            # A variable that is set on the host, FORWARDED_ALLOW_IPS, would be as good.
            confidence=Confidence.MEDIUM,
            values={"settings": where.path, **origin},
        )


def _is_sent_http(context: Context) -> bool:
    """Whether what serves the site takes the host's requests for plain http."""
    platform = context.target.platform.name
    server = context.project.server(platform)
    if server is None or platform not in _BEHIND_TLS | _TRUSTING:
        return False
    if server.kind in _BELIEVING_NOBODY:
        # What listens on this machine alone is sent no forms at all.
        reached = not all(_ALONE.match(bind) for bind in server.binds)
        return reached and not _TOLD.search(server.command)
    # An image of the project's own is told nothing.
    trusting = platform in _TRUSTING and not uses_image(context.project, platform)
    if trusting or server.kind not in ("gunicorn", "uvicorn"):
        return False
    if "forwarded" in server.command or not server.config_read or server.config:
        return False
    declared = context.project.code.namespaces.world.variables
    return "FORWARDED_ALLOW_IPS" not in declared and "GUNICORN_CMD_ARGS" not in declared


def _forms(context: Context) -> Iterator[FileSpan]:
    """Return the places of forms that Django checks: the admin's, and those of templates."""
    for source in usage.sources(context, "admin.site.urls"):
        number = source.text.count("\n", 0, source.text.index("admin.site.urls")) + 1
        yield FileSpan(source.path, number, quote=source.quote(number))
    for entry in context.project.files:
        if entry.suffix not in (".html", ".jinja2", ".jinja", ".htm") or not entry.deployed:
            continue
        if not context.project.files.is_source(entry.path):
            continue
        text = context.project.text(entry.path)
        line = None if text is None else text.line_of("csrf_token")
        if line is not None:
            yield FileSpan(entry.path, line)


def _host_of(settings: Settings) -> str:
    hosts = places.texts(settings.value("ALLOWED_HOSTS"))
    return next((host for host in hosts if "." in host.strip(".") and host[:1].isalpha()), "")


def _bare(context: Context) -> Iterator[Finding]:
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
    """Report cookies that travel in the open where TLS is meant, or where people log in."""
    settings = places.django(context)
    if settings is None or not settings.whole or settings.find("SESSION_COOKIE_SECURE") is not None:
        return
    if "django.contrib.sessions.middleware.SessionMiddleware" not in places.middleware(settings):
        return
    meant = _meant_for_tls(settings)
    if meant is not None or _logs_in(context):
        where = places.of_settings(settings) if meant is None else places.of_setting(meant)
        yield found("cookies-without-secure", where, values={"settings": where.path})


def _meant_for_tls(settings: Settings) -> Setting | None:
    """Return the setting that says that the site is for https."""
    for name in ("SECURE_HSTS_SECONDS", "SECURE_SSL_REDIRECT"):
        setting = settings.find(name)
        if setting is not None and setting.value.fixed and setting.value.plain:
            return setting
    origins = settings.find("CSRF_TRUSTED_ORIGINS")
    if origins is not None and any(
        text.startswith("https://") for text in places.texts(origins.value)
    ):
        return origins
    return settings.find("SECURE_PROXY_SSL_HEADER")


def _logs_in(context: Context) -> bool:
    """Whether people log in: in views of the project, or in an admin that has something to show."""
    return any(
        _LOGINS.search(source.text)
        for source in usage.sources(context, "login", "auth", "admin.site.register", "register(")
    )


COOKIES: Final = Rule("cookies", ("cookies-without-secure",), _cookies)
REDIRECT: Final = Rule("ssl-redirect", ("ssl-redirect-without-proxy-header",), _redirect)
ORIGINS: Final = Rule("trusted-origins", ("csrf-trusted-origins",), _origins)
