"""What the doctor looks for and only a site itself knows, for ``manage.py check --deploy``.

The rest ``wherry doctor`` finds from outside, and Django's own checks from inside. The catalogue is
read when there is something to say, and a served process never runs these: see ``TAG``.
"""

import os
import sys
from collections.abc import Iterable, Iterator
from importlib import metadata
from importlib.util import find_spec
from typing import Final

from django.apps import apps
from django.conf import settings
from django.core.checks import CheckMessage, Error
from django.core.checks import Warning as CheckWarning
from django.db.models import FileField
from django.http.request import validate_host

import django

# Not checks.TAG: `wherry serve` runs those before it serves, and would read the catalogue.
TAG: Final = "wherry_hosting"

# What a host says to the processes it starts: a variable that is always there, and the one that
# holds the app's address, where there is one.
_HOSTS: Final = {
    "heroku": ("DYNO", "HEROKU_APP_DEFAULT_DOMAIN_NAME"),
    "render": ("RENDER", "RENDER_EXTERNAL_HOSTNAME"),
    "railway": ("RAILWAY_ENVIRONMENT", "RAILWAY_PUBLIC_DOMAIN"),
    "fly": ("FLY_APP_NAME", ""),
    "cloud-run": ("K_SERVICE", ""),
}
# Elsewhere a volume may be mounted where the files are.
_NO_DISK_LASTS: Final = ("heroku", "cloud-run")
_SQLITE: Final = ("django.db.backends.sqlite3", "django.contrib.gis.db.backends.spatialite")
_STATICFILES: Final = "django.contrib.staticfiles"
_OLD_GUNICORN: Final = 21  # from this one on it does without pkg_resources


def check_hosting(**_: object) -> list[CheckMessage]:
    """WH...: what the doctor's cause of that code says, seen in the settings as they are."""
    host = current_host()
    return [
        *_static_files(),
        *_redirect(),
        *_gunicorn(),
        *(_on_host(host) if host else ()),
    ]


def current_host() -> str:
    """Return the platform that this process runs on; "" for a machine of one's own."""
    return next((name for name, (known, _) in _HOSTS.items() if os.environ.get(known)), "")


def _static_files() -> Iterator[CheckMessage]:
    if getattr(settings, "STATICFILES_STORAGE", "") and django.VERSION >= (5, 1):
        yield _message("staticfiles-storage-removed", version="5.1")
    if _STATICFILES not in settings.INSTALLED_APPS or not _is_stored_here():
        return
    if not settings.STATIC_ROOT:
        yield _message("static-root-unset")
    elif not settings.DEBUG and not _has_whitenoise(settings.MIDDLEWARE):
        yield _message("no-whitenoise-static")


def _is_stored_here() -> bool:
    """Whether static files lie on this disk, and no other server hands them out."""
    backend = settings.STORAGES.get("staticfiles", {}).get("BACKEND", "")
    here = backend.startswith((f"{_STATICFILES}.", "whitenoise."))
    return here and not (settings.STATIC_URL or "").startswith(("http:", "https:", "//"))


def _has_whitenoise(middleware: Iterable[str]) -> bool:
    return any("whitenoise" in name.lower() for name in middleware) or "whitenoise" in sys.modules


def _redirect() -> Iterator[CheckMessage]:
    if settings.SECURE_SSL_REDIRECT and not settings.SECURE_PROXY_SSL_HEADER:
        yield _message("ssl-redirect-without-proxy-header")


def _gunicorn() -> Iterator[CheckMessage]:
    try:
        version = metadata.version("gunicorn")
    except metadata.PackageNotFoundError:
        return
    major = version.partition(".")[0]
    if major.isdecimal() and int(major) < _OLD_GUNICORN and find_spec("pkg_resources") is None:
        yield _message("gunicorn20-no-pkg-resources", pin=f"gunicorn {version}")


def _on_host(host: str) -> Iterator[CheckMessage]:
    """What is certain only where the site really runs: here the variables are the host's."""
    address = _address(host)
    hosts = settings.ALLOWED_HOSTS
    if address and not settings.DEBUG and not validate_host(address, hosts):
        yield _message("allowed-hosts", host=address)
    if host not in _NO_DISK_LASTS:
        return
    database = settings.DATABASES.get("default", {})
    if database.get("ENGINE") in _SQLITE and ":memory:" not in str(database.get("NAME")):
        yield _message("sqlite-ephemeral")
    storage = settings.STORAGES.get("default", {}).get("BACKEND", "")
    if storage == "django.core.files.storage.FileSystemStorage" and _has_uploads():
        yield _message("media-upload-ephemeral")


def _address(host: str) -> str:
    if host == "fly":
        return f"{os.environ['FLY_APP_NAME']}.fly.dev"
    variable = _HOSTS[host][1]
    return os.environ.get(variable, "") if variable else ""


def _has_uploads() -> bool:
    return any(
        isinstance(field, FileField)
        for model in apps.get_models()
        for field in model._meta.get_fields()
    )


def _message(name: str, **values: str) -> CheckMessage:
    from wherry.causes.catalogue import cause
    from wherry.causes.cause import Severity
    from wherry.causes.filling import fill

    found = cause(name)
    remedy = fill(found.remedies[0].text, values)
    kind = Error if found.severity is Severity.ERROR else CheckWarning
    return kind(
        f"{fill(found.title, values)}.",
        hint=f"{remedy} `wherry causes {found.code}` says why, and how.",
        id=f"wherry.{found.code}",
    )
