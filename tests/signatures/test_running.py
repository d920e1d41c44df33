"""A running app: memory, time-outs, requests, databases, noise."""

import pytest

from tests.signatures.reading import first_causes, noise, possible_causes, read, trace
from tests.signatures.test_starting import stamped
from wherry.findings import Role

PACKAGES = "/app/.heroku/python/lib/python3.11/site-packages"
REQUEST = f"{PACKAGES}/django/core/handlers/base.py:_get_response:response = wrapped_callback(x)"


def router(
    code: str, desc: str, more: str = "dyno=web.1 connect=1ms service=30000ms status=503"
) -> str:
    """Return a line of Heroku's router."""
    return f'heroku[router]: at=error code={code} desc="{desc}" method=GET path="/" {more} bytes=0'


H12 = router("H12", "Request timeout")
H13 = router("H13", "Connection closed without response", "dyno=web.1 service=9767ms status=503")
R14 = (
    "heroku[web.1]: Process running mem=590M(115.3%)\n"
    "heroku[web.1]: Error R14 (Memory quota exceeded)"
)
R15 = (
    "heroku[web.1]: Process running mem=1194M(233.2%)\n"
    "heroku[web.1]: Error R15 (Memory quota vastly exceeded)\n"
    "heroku[web.1]: Stopping process with SIGKILL\nheroku[web.1]: Process exited with status 137"
)
TIMEOUT = "app[web.1]: [2024-01-01 00:00:00 +0000] [4] [CRITICAL] WORKER TIMEOUT (pid:13)"
KILLED = (
    "app[web.1]: [2024-01-01 00:00:01 +0000] [4] [ERROR] Worker (pid:13) was sent SIGKILL! "
    "Perhaps out of memory?"
)
PRELOAD = "heroku[web.1]: Starting process with command `gunicorn --preload mysite.wsgi`"


@pytest.mark.parametrize(
    ("lines", "cause"),
    [
        ([R14], "memory-quota-exceeded"),
        ([R14, R15], "memory-limit-killed"),
        ([KILLED], "memory-limit-killed"),
        ([TIMEOUT], "gunicorn-worker-timeout"),
        ([TIMEOUT, KILLED], "gunicorn-worker-timeout"),
        ([TIMEOUT, H13], "gunicorn-worker-timeout"),
        ([H13], "worker-killed-h13"),
        ([H12], "request-timeout-h12"),
        ([PRELOAD, TIMEOUT, KILLED], "fork-after-model-load"),
        ([R15, H13], "memory-limit-killed"),
        ([router("H14", "No web processes running")], "no-web-process"),
        (
            [
                "app[api]: Scaled to web@0:Basic by user a@example.com",
                router("H14", "No web processes running"),
            ],
            "web-scaled-to-zero",
        ),
        ([router("H15", "Idle connection")], "stream-goes-silent"),
        (
            [router("H18", "Server Request Interrupted", "sock=backend service=2109ms status=503")],
            "server-closed-early-h18",
        ),
        ([router("H99", "Platform error")], "platform-incident"),
        ([router("H80", "Maintenance mode")], "maintenance-mode"),
        ([router("H82", "You've used up your dyno hour pool")], "dyno-hours-exhausted"),
        (["app[web.1]: [ERROR] Worker (pid:23) was sent SIGSEGV!"], "fork-unsafe-segfault"),
        (
            [
                (
                    "heroku[web.1]: Error R12 (Exit timeout) -> At least one process failed to "
                    "exit within 30 "
                    "seconds of SIGTERM"
                )
            ],
            "shutdown-ignored-sigterm",
        ),
    ],
)
def test_what_heroku_says(lines: list[str], cause: str) -> None:
    assert first_causes(stamped("\n".join(lines)))[:1] == [cause]
    assert len(first_causes(stamped("\n".join(lines)))) == 1


def test_a_crash_is_behind_h10() -> None:
    crash = trace(
        f"{PACKAGES}/gunicorn/util.py:import_app:mod = importlib.import_module(module)",
        error="ModuleNotFoundError: No module named 'mysite'",
    )
    app = "\n".join(f"app[web.1]: {line}" for line in crash.splitlines())
    lines = [
        app,
        "heroku[web.1]: State changed from starting to crashed",
        router("H10", "App crashed"),
    ]
    explanation = read(stamped("\n".join(lines)))
    assert [finding.cause.name for finding in explanation.findings] == ["wsgi-module-not-found"]
    assert any("H10" in item.what for item in explanation.findings[0].evidence)


def test_h10_alone_quotes_its_line_and_guesses_nothing() -> None:
    explanation = read(stamped(router("H10", "App crashed")))
    assert explanation.findings == ()
    assert explanation.outside


@pytest.mark.parametrize(
    ("text", "cause"),
    [
        (
            (
                "Invalid HTTP_HOST header: 'myapp-1234567890ab.herokuapp.com'. You may need to add "
                "'myapp-1234567890ab.herokuapp.com' to ALLOWED_HOSTS."
            ),
            "allowed-hosts",
        ),
        ("CommandError: You must set settings.ALLOWED_HOSTS if DEBUG is False.", "allowed-hosts"),
        (
            (
                "Forbidden (Origin checking failed - https://x.up.railway.app does not match any "
                "trusted "
                "origins.): /predict/"
            ),
            "csrf-trusted-origins",
        ),
        (
            "ValueError: Missing staticfiles manifest entry for 'css/style.css'",
            "static-manifest-missing",
        ),
        (
            trace(REQUEST, error="django.template.exceptions.TemplateDoesNotExist: index.html"),
            "template-missing",
        ),
        (
            trace(
                REQUEST,
                error='django.db.utils.ProgrammingError: relation "auth_user" does not exist\n'
                "LINE 1: SELECT x",
            ),
            "migrations-not-run",
        ),
        (
            trace(
                "/app/shop/urls.py:<module>:from shop import views",
                "/app/shop/forms.py:<module>:x = list(Product.objects.all())",
                error="django.db.utils.OperationalError: no such table: shop_product",
            ),
            "database-at-import",
        ),
        ('FATAL:  too many connections for role "u1"', "too-many-database-connections"),
        ('FATAL:  password authentication failed for user "u1"', "database-credentials-stale"),
        (
            "django.db.utils.NotSupportedError: PostgreSQL 14 or later is required (found 12.17).",
            "database-too-old-for-django",
        ),
        (
            (
                "Memory limit of 512 MiB exceeded with 529 MiB used. Consider increasing the "
                "memory "
                "limit"
            ),
            "memory-limit-killed",
        ),
        ("==> Ran out of memory (used over 512MB) while running your code.", "memory-limit-killed"),
        ("npm ERR! code ERESOLVE", "another-language"),
        (
            trace(
                "/app/shop/views.py:pay:stripe.Charge.create()",
                f"{PACKAGES}/stripe/_api_requestor.py:handle:x",
                error="stripe.error.AuthenticationError: Invalid API Key provided: sk_test_****",
            ),
            "third-party-service",
        ),
    ],
)
def test_what_a_request_ends_with(text: str, cause: str) -> None:
    assert first_causes(text) == [cause]


@pytest.mark.parametrize(
    ("text", "name"),
    [
        (
            stamped(
                "heroku[web.1]: Cycling\nheroku[web.1]: State changed from up to starting\n"
                "heroku[web.1]: Stopping all processes with SIGTERM\n"
                "heroku[web.1]: Process exited with status 143"
            ),
            "daily-restart",
        ),
        (
            stamped(
                "app[api]: Release v28 created by user a@example.com\nheroku[web.1]: Restarting\n"
                "heroku[web.1]: Process exited with status 143"
            ),
            "restart-after-change",
        ),
        (
            stamped(
                "heroku[web.1]: Idling\nheroku[web.1]: State changed from up to down\n"
                "heroku[web.1]: Process exited with status 143"
            ),
            "asleep-cold-start",
        ),
        (
            (
                "W tensorflow/stream_executor/platform/default/dso_loader.cc:64] Could not load "
                "dynamic "
                "library 'libcudart.so.11.0'; dlerror: libcudart.so.11.0: cannot open shared "
                "object file"
            ),
            "cuda-noise-harmless",
        ),
        (
            (
                "E tensorflow/stream_executor/cuda/cuda_driver.cc:271] failed call to cuInit: "
                "CUDA_ERROR_NO_DEVICE: no CUDA-capable device is detected"
            ),
            "cuda-noise-harmless",
        ),
        ("Not Found: /wp-login.php", "internet-scanners"),
        (
            (
                "Invalid HTTP_HOST header: '3.94.12.7'. You may need to add '3.94.12.7' to "
                "ALLOWED_HOSTS."
            ),
            "internet-scanners",
        ),
        (
            stamped(
                'heroku[router]: sock=client at=warning code=H27 desc="Client Request Interrupted" '
                "status=499 bytes=0"
            ),
            "client-left",
        ),
        (
            "I tensorflow/core/util/port.cc:153] oneDNN custom operations are on. You may see",
            "tensorflow-startup-messages",
        ),
    ],
)
def test_noise_is_no_failure(text: str, name: str) -> None:
    explanation = read(text)
    assert noise(text) == [name]
    assert not explanation.failed


@pytest.mark.parametrize(
    "text",
    [
        '10.1.2.3 - - [01/Jan/2024:00:00:00 +0000] "GET / HTTP/1.1" 200 512 "-" "Mozilla/5.0"',
        stamped('heroku[router]: at=info method=GET path="/" host=x dyno=web.1 status=200 bytes=5'),
        stamped(
            'heroku[router]: at=info method=GET path="/x" host=x dyno=web.1 status=404 bytes=5'
        ),
        "INFO retrying in 5 s after an error of the upstream, attempt 1 succeeded",
        "Not Found: /favicon.ico",
        "0 errors, 0 warnings",
        "[2024-01-01 00:00:00 +0000] [4] [INFO] Handling signal: term",
        "INFO:root:Error budget: 0.1%",
        'app log: user said "No module named x" in the chat? no',
        "2024-01-01 00:00:00.000 UTC [31] LOG:  checkpoint complete: wrote 42 buffers (0.3%)",
    ],
)
def test_a_healthy_log_is_silent(text: str) -> None:
    explanation = read(text)
    assert not explanation.failed, (explanation.findings, explanation.outside)


def test_two_crashes_are_both_first() -> None:
    one = trace(
        "/app/shop/views.py:<module>:import x", error="ModuleNotFoundError: No module named 'cv2'"
    )
    other = trace(REQUEST, error="django.template.exceptions.TemplateDoesNotExist: index.html")
    assert first_causes(one + "\n[2024] ok\n" + other) == [
        "dependency-not-in-requirements",
        "template-missing",
    ]


def test_a_failed_load_is_behind_the_none() -> None:
    text = (
        "Error loading model: [Errno 2] No such file or directory: 'model.h5'\n"
        + trace(
            "/app/shop/apps.py:ready:load('model.h5')",
            error="FileNotFoundError: [Errno 2] No such file or directory: 'model.h5'",
        )
        + "[2024] done\n"
        + trace(
            REQUEST,
            "/app/shop/views.py:predict:model.predict(x)",
            error="AttributeError: 'NoneType' object has no attribute 'predict'",
        )
    )
    roles = {finding.cause.name: finding.role for finding in read(text).findings}
    assert roles == {
        "model-path-missing": Role.FIRST,
        "model-load-error-swallowed": Role.CONSEQUENCE,
    }


def test_rising_memory_is_named_beside_the_quota() -> None:
    lines = [
        f"heroku[web.1]: Process running mem={used}M({used / 5.12:.1f}%)\n"
        "heroku[web.1]: Error R14 (Memory quota exceeded)"
        for used in (520, 540, 560, 590, 620)
    ]
    assert "memory-grows-with-requests" in possible_causes(stamped("\n".join(lines)))
