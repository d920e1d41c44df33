"""What servers and drivers say that are asked for less often."""

import pytest

from tests.signatures.reading import first_causes, read, trace

PACKAGES = "/app/.venv/lib/python3.12/site-packages"
LIB = "/usr/local/lib/python3.12"
LOAD_CLASS = (
    f"{PACKAGES}/gunicorn/util.py:load_class:mod = importlib.import_module('.'.join(components))",
    f"{LIB}/importlib/__init__.py:import_module:return _bootstrap._gcd_import(name)",
)
IMPORT_APP = (
    f"{PACKAGES}/gunicorn/util.py:import_app:mod = importlib.import_module(module)",
    f"{LIB}/importlib/__init__.py:import_module:return _bootstrap._gcd_import(name)",
)
NO_MODULE = "ModuleNotFoundError: No module named {!r}"
NO_APP = "unable to load app 0 (mountpoint='') (callable not found or import error)\n"
VIEW = "/app/shop/views.py:<module>:from tensorflow.keras.layers import experimental"
CONNECT = f"{LIB}/asyncio/selector_events.py:_sock_connect_cb:raise OSError(err, f'Connect')"
REFUSED = "ConnectionRefusedError: [Errno 111] Connect call failed ('{}', 5432)"
SETTINGS = f"{PACKAGES}/pydantic_settings/main.py:__init__:super().__init__(**values)"
MODEL = f"{PACKAGES}/pydantic/main.py:__init__:validated_self = validate_python(data)"
FIELD = (
    "pydantic_core._pydantic_core.ValidationError: 1 validation error for Settings\n"
    "database_url\n  Field required [type=missing, input_value={}, input_type=dict]"
)
BCRYPT = "AttributeError: module 'bcrypt' has no attribute '__about__'"


@pytest.mark.parametrize(
    ("frames", "error", "causes"),
    [
        (LOAD_CLASS, NO_MODULE.format("uvicorn"), ["dependency-not-in-requirements"]),
        (IMPORT_APP, NO_MODULE.format("shop.wsgi"), ["wsgi-module-not-found"]),
        (
            (VIEW,),
            NO_MODULE.format("tensorflow.keras.layers.experimental"),
            ["moved-keras-import"],
        ),
        (
            (f"{PACKAGES}/tensorflow/__init__.py:<module>:from tensorflow.keras import x",),
            NO_MODULE.format("tensorflow.keras.x"),
            ["tf-install-broken"],
        ),
        (
            (f"{PACKAGES}/asyncpg/connect_utils.py:_connect_addr:await x", CONNECT),
            REFUSED.format("127.0.0.1"),
            ["database-localhost"],
        ),
        (
            (f"{PACKAGES}/asyncpg/connect_utils.py:_connect_addr:await x", CONNECT),
            REFUSED.format("10.2.3.4"),
            ["database-credentials-stale"],
        ),
        # Nothing tells that it was a database.
        (
            ("/app/shop/feed.py:fetch:await open_connection(host)", CONNECT),
            REFUSED.format("127.0.0.1"),
            ["application-error"],
        ),
        ((SETTINGS,), FIELD, ["env-var-missing"]),
        ((MODEL,), FIELD, ["application-error"]),
    ],
)
def test_who_asks_decides(frames: tuple[str, ...], error: str, causes: list[str]) -> None:
    assert first_causes(trace(*frames, error=error)) == causes


def test_the_missing_setting_is_named_as_a_variable() -> None:
    found = read(trace(SETTINGS, error=FIELD)).first[0]
    assert found.values["variable"] == "DATABASE_URL"


def test_passlib_says_what_it_trapped_and_goes_on() -> None:
    frame = f"{PACKAGES}/passlib/handlers/bcrypt.py:_load_backend_mixin:version = x"
    trapped = "(trapped) error reading bcrypt version\n" + trace(frame, error=BCRYPT)
    assert not read(trapped).findings
    own = trace("/app/shop/views.py:login:bcrypt.__about__", error=BCRYPT)
    assert first_causes(own) == ["application-error"]


@pytest.mark.parametrize(
    ("before", "causes"),
    [
        (NO_MODULE.format("store") + "\n", ["wsgi-module-not-found"]),
        ("", ["wsgi-attribute-not-found"]),
        (
            trace("/app/shop/wsgi.py:<module>:1 / 0", error="ZeroDivisionError: division by zero"),
            ["application-error"],
        ),
        (
            trace("/app/shop/views.py:<module>:import cv2", error=NO_MODULE.format("cv2")),
            ["dependency-not-in-requirements"],
        ),
    ],
)
def test_uwsgi_says_the_same_of_four_things(before: str, causes: list[str]) -> None:
    assert first_causes(before + NO_APP) == causes


STOPPED = "ERROR:    Cancel 1 running task(s), timeout graceful shutdown exceeded\n"
IN_ASGI = "ERROR:    Exception in ASGI application\n"
CANCELLED = trace(
    f"{PACKAGES}/uvicorn/protocols/http/h11_impl.py:receive:await self.message_event.wait()",
    error="asyncio.exceptions.CancelledError: Task cancelled, timeout graceful shutdown exceeded",
)


def test_a_server_that_is_stopped_cuts_off_what_is_open() -> None:
    told = read(STOPPED + IN_ASGI + CANCELLED)
    assert not told.findings
    assert not told.outside


def test_what_failed_before_it_was_stopped_is_told() -> None:
    own = trace("/app/main.py:home:1 / 0", error="ZeroDivisionError: division by zero")
    assert first_causes(IN_ASGI + own + STOPPED + IN_ASGI + CANCELLED) == ["application-error"]
