"""What the doctor looks for, seen from inside; and never in a process that serves."""

import json
import subprocess
import sys
from importlib import metadata

import pytest
from django.core.checks import CheckMessage, run_checks
from django.test import override_settings

from tests.pitch import LITERT
from wherry.django import checks, hosting_checks

STATIC = {
    "INSTALLED_APPS": ["django.contrib.staticfiles", "wherry.django"],
    "STATIC_URL": "/static/",
    "STATIC_ROOT": "/tmp/static",  # noqa: S108 - nothing is written there
    "DEBUG": False,
}
WHITENOISE = ["whitenoise.middleware.WhiteNoiseMiddleware"]


def found(**setting: object) -> list[CheckMessage]:
    with override_settings(**setting):
        return run_checks(tags=[hosting_checks.TAG], include_deployment_checks=True)


def ids(**setting: object) -> list[str | None]:
    return [message.id for message in found(**setting)]


@pytest.fixture(autouse=True)
def no_host(monkeypatch: pytest.MonkeyPatch) -> None:
    for variable in ("DYNO", "RENDER", "RAILWAY_ENVIRONMENT", "FLY_APP_NAME", "K_SERVICE"):
        monkeypatch.delenv(variable, raising=False)
    monkeypatch.delitem(sys.modules, "whitenoise", raising=False)


@pytest.fixture
def heroku(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DYNO", "web.1")
    monkeypatch.setenv("HEROKU_APP_DEFAULT_DOMAIN_NAME", "shop-0123456789ab.herokuapp.com")


def test_sound_site_is_silent() -> None:
    assert ids() == []


def test_an_ordinary_check_is_silent() -> None:
    """They are for deployment, as Django's own checks of security are."""
    with override_settings(SECURE_SSL_REDIRECT=True):
        assert run_checks(tags=[hosting_checks.TAG]) == []


def test_redirect_behind_a_proxy() -> None:
    (message,) = found(SECURE_SSL_REDIRECT=True)
    assert message.id == "wherry.WH412"
    assert "an endless redirect" in message.msg
    assert message.hint is not None
    assert "`wherry causes WH412`" in message.hint


def test_redirect_that_knows_its_proxy_is_silent() -> None:
    header = ("HTTP_X_FORWARDED_PROTO", "https")
    assert ids(SECURE_SSL_REDIRECT=True, SECURE_PROXY_SSL_HEADER=header) == []


def test_static_files_that_nothing_serves() -> None:
    assert ids(**STATIC, MIDDLEWARE=[]) == ["wherry.WH413"]


def test_static_files_without_a_root() -> None:
    assert ids(**{**STATIC, "STATIC_ROOT": None}) == ["wherry.WH162"]


@pytest.mark.parametrize(
    "setting",
    [
        {"MIDDLEWARE": WHITENOISE},
        {"MIDDLEWARE": [], "DEBUG": True},
        {"MIDDLEWARE": [], "STATIC_URL": "https://cdn.example.com/"},
        {"MIDDLEWARE": [], "STORAGES": {"staticfiles": {"BACKEND": "storages.backends.s3.S3"}}},
    ],
)
def test_static_files_that_something_serves_are_silent(setting: dict[str, object]) -> None:
    assert ids(**{**STATIC, **setting}) == []


@pytest.mark.parametrize(("version", "expected"), [("20.1.0", ["wherry.WH202"]), ("23.0.0", [])])
def test_gunicorn(version: str, expected: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(metadata, "version", lambda _: version)
    monkeypatch.setattr(hosting_checks, "find_spec", lambda _: None)
    assert ids() == expected


@pytest.mark.usefixtures("heroku")
def test_address_that_the_host_says_is_not_allowed() -> None:
    (message,) = [
        message for message in found(ALLOWED_HOSTS=["localhost"]) if message.id == "wherry.WH410"
    ]
    assert "shop-0123456789ab.herokuapp.com" in message.msg


@pytest.mark.usefixtures("heroku")
@pytest.mark.parametrize("hosts", [[".herokuapp.com"], ["*"]])
def test_address_that_is_allowed_is_silent(hosts: list[str]) -> None:
    assert "wherry.WH410" not in ids(ALLOWED_HOSTS=hosts)


def test_sqlite_on_a_laptop_is_silent(monkeypatch: pytest.MonkeyPatch) -> None:
    """Here its file lasts; on the dyno it does not."""
    sqlite = {"default": {"ENGINE": "django.db.backends.sqlite3", "NAME": "db.sqlite3"}}
    monkeypatch.setattr(hosting_checks.settings, "DATABASES", sqlite)
    assert ids() == []
    monkeypatch.setenv("FLY_APP_NAME", "shop")
    assert "wherry.WH620" not in ids()
    monkeypatch.setenv("DYNO", "web.1")
    assert "wherry.WH620" in ids()


SERVE = """
import io, json, sys
from django.conf import settings
settings.configure(
    SECRET_KEY="only for a test", INSTALLED_APPS=["wherry.django"], ALLOWED_HOSTS=["*"],
    ROOT_URLCONF="tests.project.urls", SECURE_SSL_REDIRECT=True,
    SILENCED_SYSTEM_CHECKS=["wherry.W002"], WHERRY={{"MODELS": {{"pitch": {path!r}}}}},
)
from django.core.wsgi import get_wsgi_application
application = get_wsgi_application()
from wherry.django.server.application import run_checks
assert run_checks() == []
application({{
    "REQUEST_METHOD": "GET", "PATH_INFO": "/health/live", "SERVER_NAME": "test",
    "SERVER_PORT": "80", "wsgi.input": io.BytesIO(),
}}, lambda status, headers: None)
print(json.dumps([name for name in sys.modules if name.startswith("wherry.")]))
"""


def test_served_process_never_imports_the_doctor() -> None:
    """Not even after the checks that ``wherry serve`` runs, and an answer."""
    code = SERVE.format(path=str(LITERT))
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=60
    )
    rooms = {name.split(".")[1] for name in json.loads(done.stdout.splitlines()[-1])}
    assert "django" in rooms
    assert not rooms & {
        *("doctor", "render", "project", "estimate", "dependencies", "explain", "signatures"),
        *("causes", "findings", "masking", "cli"),
    }


def test_checks_and_catalogue_share_their_codes() -> None:
    assert hosting_checks._message("allowed-hosts", host="a.example").id == "wherry.WH410"
    assert checks.TAG != hosting_checks.TAG
