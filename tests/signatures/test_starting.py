"""The start: commands, modules, ports, and what the host says of them."""

import pytest

from tests.signatures.reading import first_causes, possible_causes, trace

PACKAGES = "/app/.heroku/python/lib/python3.12/site-packages"
IMPORT_APP = (
    f"{PACKAGES}/gunicorn/arbiter.py:spawn_worker:worker.init_process()",
    f"{PACKAGES}/gunicorn/util.py:import_app:mod = importlib.import_module(module)",
    "/app/.heroku/python/lib/python3.12/importlib/__init__.py:import_module:return _bootstrap._gcd",
    "<frozen importlib._bootstrap>:_gcd_import:",
)
WSGI = (*IMPORT_APP, "/app/mysite/wsgi.py:<module>:application = get_wsgi_application()")
SETTINGS = (
    *WSGI,
    f"{PACKAGES}/django/__init__.py:setup:configure_logging(settings.LOGGING_CONFIG)",
    (
        f"{PACKAGES}/django/conf/__init__.py:__init__:mod = "
        f"importlib.import_module(self.SETTINGS_MODULE)"
    ),
    "/app/.heroku/python/lib/python3.12/importlib/__init__.py:import_module:return _bootstrap._gcd",
    "<frozen importlib._bootstrap>:_gcd_import:",
)
IN_SETTINGS = (*SETTINGS, "/app/mysite/settings.py:<module>:import x")
IN_VIEWS = (
    *WSGI,
    "/app/mysite/urls.py:<module>:from shop import views",
    "/app/shop/views.py:<module>:import x",
)
BACKENDS = (
    *WSGI,
    f"{PACKAGES}/django/db/backends/postgresql/base.py:<module>:import psycopg2 as Database",
)
NO_MODULE = "ModuleNotFoundError: No module named {name!r}"


@pytest.mark.parametrize(
    ("frames", "error", "cause"),
    [
        (IMPORT_APP, NO_MODULE.format(name="mysite"), "wsgi-module-not-found"),
        (IMPORT_APP, NO_MODULE.format(name="mysite.wsgi"), "wsgi-module-not-found"),
        (
            SETTINGS,
            NO_MODULE.format(name="mysite.settings.production"),
            "settings-module-not-found",
        ),
        (SETTINGS, NO_MODULE.format(name="mysite"), "settings-module-not-found"),
        (IN_SETTINGS, NO_MODULE.format(name="django_heroku"), "dependency-not-in-requirements"),
        (IN_VIEWS, NO_MODULE.format(name="sklearn"), "dependency-not-in-requirements"),
        (IN_VIEWS, NO_MODULE.format(name="tensorflow.contrib"), "tf1-api-removed"),
        (IN_VIEWS, NO_MODULE.format(name="tensorflow.python.keras"), "tf-private-api"),
        (IN_VIEWS, NO_MODULE.format(name="keras.utils.np_utils"), "moved-keras-import"),
        (IN_VIEWS, NO_MODULE.format(name="keras.preprocessing.text"), "moved-keras-import"),
        (IN_VIEWS, NO_MODULE.format(name="tensorflow_core.keras"), "tf-install-broken"),
        (IN_VIEWS, NO_MODULE.format(name="imp"), "removed-stdlib-module"),
        (IN_VIEWS, NO_MODULE.format(name="django.core.urlresolvers"), "removed-django-api"),
        (WSGI, NO_MODULE.format(name="whitenoise.django"), "whitenoise-old-import"),
        (
            (*WSGI, f"{PACKAGES}/django/http/request.py:<module>:import cgi"),
            NO_MODULE.format(name="cgi"),
            "django-too-old-for-python",
        ),
        (
            (*WSGI, f"{PACKAGES}/django/utils/version.py:<module>:from distutils.version import x"),
            NO_MODULE.format(name="distutils"),
            "django-too-old-for-python",
        ),
        (
            (f"{PACKAGES}/gunicorn/util.py:<module>:import pkg_resources",),
            NO_MODULE.format(name="pkg_resources"),
            "gunicorn20-no-pkg-resources",
        ),
        (BACKENDS, NO_MODULE.format(name="psycopg2"), "db-driver-missing"),
        (
            IN_VIEWS,
            "ModuleNotFoundError: No module named 'keras.models'; 'keras' is not a package",
            "module-shadowed",
        ),
        (
            IN_VIEWS,
            "ImportError: cannot import name 'url' from 'django.conf.urls' (/x/__init__.py)",
            "removed-django-api",
        ),
        (
            IN_VIEWS,
            "ImportError: cannot import name 'ugettext_lazy' from 'django.utils.translation'",
            "removed-django-api",
        ),
        (
            (*IN_VIEWS, f"{PACKAGES}/flask/__init__.py:<module>:from jinja2 import escape"),
            "ImportError: cannot import name 'escape' from 'jinja2' (/x)",
            "unpinned-transitive-breaks",
        ),
        (
            IN_VIEWS,
            "ImportError: cannot import name 'url_quote' from 'werkzeug.urls' (/x)",
            "flask-werkzeug-mismatch",
        ),
        (
            IN_VIEWS,
            "ImportError: cannot import name 'imread' from 'scipy.misc' (/x)",
            "removed-scipy-api",
        ),
        (
            IN_VIEWS,
            "ImportError: cannot import name 'img_to_array' from 'keras.preprocessing.image'",
            "moved-keras-import",
        ),
        (
            (*IN_VIEWS, f"{PACKAGES}/keras/__init__.py:<module>:from tensorflow.compat import x"),
            (
                "ImportError: cannot import name 'dtensor' from "
                "'tensorflow.compat.v2.experimental' "
                "(/x)"
            ),
            "keras-standalone-mismatch",
        ),
        (
            (*IN_VIEWS, f"{PACKAGES}/tensorboard/compat/proto/x_pb2.py:<module>:from google"),
            "ImportError: cannot import name 'builder' from 'google.protobuf.internal' (/x)",
            "protobuf-too-old",
        ),
        (
            IN_VIEWS,
            "AttributeError: module 'tensorflow' has no attribute 'get_default_graph'",
            "tf1-api-removed",
        ),
        (
            IN_VIEWS,
            (
                "AttributeError: module 'numpy' has no attribute 'bool'.\n`np.bool` was a "
                "deprecated alias"
            ),
            "removed-numpy-alias",
        ),
        (
            IN_VIEWS,
            "AttributeError: module 'collections' has no attribute 'MutableMapping'",
            "removed-stdlib-module",
        ),
        (
            IN_VIEWS,
            (
                "TypeError: Descriptors cannot be created directly.\nIf this call came from a "
                "_pb2.py file, your generated code is out of date"
            ),
            "protobuf-too-new",
        ),
        (
            IN_VIEWS,
            "ImportError: libGL.so.1: cannot open shared object file: No such file or directory",
            "missing-libgl",
        ),
        (
            IN_VIEWS,
            (
                "ImportError: libgthread-2.0.so.0: cannot open shared object file: No such "
                "file or directory"
            ),
            "missing-libgl",
        ),
        (
            IN_VIEWS,
            "OSError: libsndfile.so: cannot open shared object file: No such file or directory",
            "system-lib-missing",
        ),
        (
            IN_VIEWS,
            (
                "ImportError: /lib/x86_64-linux-gnu/libm.so.6: version `GLIBC_2.29' not found "
                "(required by /app/x.so)"
            ),
            "glibc-too-old",
        ),
        (
            IN_VIEWS,
            (
                "RuntimeError: module compiled against API version 0xe but this version of "
                "numpy is 0xd"
            ),
            "numpy-api-too-old",
        ),
        (IN_VIEWS, "AttributeError: _ARRAY_API not found", "numpy2-abi"),
        (
            (
                *SETTINGS,
                "/app/mysite/settings.py:<module>:SECRET_KEY = os.environ['SECRET_KEY']",
                "<frozen os>:__getitem__:",
            ),
            "KeyError: 'SECRET_KEY'",
            "env-var-missing",
        ),
        (
            IN_SETTINGS,
            (
                "django.core.exceptions.ImproperlyConfigured: The SECRET_KEY setting must "
                "not be empty."
            ),
            "env-var-missing",
        ),
        (
            IN_SETTINGS,
            (
                "decouple.UndefinedValueError: DB_HOST not found. Declare it as envvar or "
                "define a default value."
            ),
            "env-var-missing",
        ),
        (
            BACKENDS,
            "django.core.exceptions.ImproperlyConfigured: Error loading psycopg2 or psycopg module",
            "db-driver-missing",
        ),
        (
            (*WSGI, f"{PACKAGES}/django/db/backends/base.py:connect:x"),
            (
                'django.db.utils.OperationalError: connection to server at "localhost" '
                "(127.0.0.1), "
                "port "
                "5432 failed: Connection refused\n\tIs the server running on that host and "
                "accepting "
                "TCP/IP connections?"
            ),
            "database-localhost",
        ),
    ],
)
def test_an_exception_at_the_start(frames: tuple[str, ...], error: str, cause: str) -> None:
    assert first_causes(trace(*frames, error=error)) == [cause]
    text = trace(*frames, error=error)
    last = error.splitlines()[-1]
    more = f"{text}[2024-01-01 00:00:02 +0000] [4] [ERROR] Reason: Worker failed to boot.\n"
    assert first_causes(more) == [cause], last


def test_the_first_of_a_chain_counts() -> None:
    text = (
        trace(*BACKENDS, error=NO_MODULE.format(name="psycopg"))
        + "\nDuring handling of the above exception, another exception occurred:\n\n"
        + trace(*BACKENDS, error=NO_MODULE.format(name="psycopg2"))
        + "\nThe above exception was the direct cause of the following exception:\n\n"
        + trace(
            *BACKENDS,
            error="django.core.exceptions.ImproperlyConfigured: Error loading "
            "psycopg2 or psycopg module",
        )
    )
    assert first_causes(text) == ["db-driver-missing"]


@pytest.mark.parametrize(
    ("text", "cause"),
    [
        ("bash: line 1: gunicorn: command not found", "gunicorn-not-installed"),
        ("/bin/sh: 1: gunicorn: not found", "gunicorn-not-installed"),
        ('exec: "gunicorn": executable file not found in $PATH: unknown', "gunicorn-not-installed"),
        ("/bin/sh: 1: uvicorn: not found", "start-command-not-found"),
        ("/usr/bin/env: 'bash\\r': No such file or directory", "crlf-line-endings"),
        ("bash: ./start.sh: Permission denied", "start-command-not-found"),
        ("exec /usr/local/bin/gunicorn: exec format error", "image-architecture-mismatch"),
        (
            "Failed to find attribute 'app' in 'main'.\n[4] [INFO] Reason: App failed to load.",
            "wsgi-attribute-not-found",
        ),
        (
            'ERROR:    Error loading ASGI app. Could not import module "main".',
            "wsgi-module-not-found",
        ),
        (
            'ERROR:    Error loading ASGI app. Attribute "app" not found in module "main".',
            "wsgi-attribute-not-found",
        ),
        ("       Procfile declares types -> (none)", "no-web-process"),
        ("Error: '$PORT' is not a valid port number.", "port-not-bound"),
        (
            "TypeError: WSGIHandler.__call__() takes 3 positional arguments but 4 were given",
            "wsgi-asgi-mixed-up",
        ),
        ("Illegal instruction (core dumped)", "cpu-illegal-instruction"),
        ("[2024] [1] [ERROR] Worker (pid:12) was sent SIGILL!", "cpu-illegal-instruction"),
        (
            (
                "OpenBLAS blas_thread_init: pthread_create failed for thread 2 of 64: Resource "
                "temporarily "
                "unavailable"
            ),
            "thread-limit",
        ),
        (
            "python: can't open file '/app/manage.py': [Errno 2] No such file or directory",
            "project-not-at-root",
        ),
    ],
)
def test_what_the_shell_and_the_server_say(text: str, cause: str) -> None:
    assert first_causes(text) == [cause]


R10 = (
    "heroku[web.1]: Error R10 (Boot timeout) -> Web process failed to bind to $PORT within 60 "
    "seconds of launch\nheroku[web.1]: Stopping process with SIGKILL\n"
    "heroku[web.1]: Process exited with status 137\n"
    "heroku[web.1]: State changed from starting to crashed\n"
)


def stamped(text: str) -> str:
    """Return lines with Heroku's time before them."""
    return "".join(
        f"2024-01-01T00:00:{number:02}.000000+00:00 {line}\n"
        for number, line in enumerate(text.splitlines())
    )


@pytest.mark.parametrize(
    ("before", "cause"),
    [
        ("app[web.1]:  * Running on http://127.0.0.1:5000\n", "port-not-bound"),
        ("app[web.1]: [INFO] Listening at: http://127.0.0.1:8000 (4)\n", "port-not-bound"),
        ("app[web.1]: Starting development server at http://127.0.0.1:8000/\n", "port-not-bound"),
        (
            "heroku[web.1]: Starting process with command `python bot.py`\n",
            "worker-declared-as-web",
        ),
        (
            "heroku[web.1]: Starting process with command `celery -A x worker`\n",
            "worker-declared-as-web",
        ),
        (
            "heroku[web.1]: Starting process with command `gunicorn --preload mysite.wsgi`\n",
            "slow-boot",
        ),
    ],
)
def test_the_lines_before_r10_settle_it(before: str, cause: str) -> None:
    assert first_causes(stamped(before + R10)) == [cause]


def test_r10_alone_names_what_fits() -> None:
    assert possible_causes(stamped(R10)) >= {
        "port-not-bound",
        "slow-boot",
        "worker-declared-as-web",
    }


@pytest.mark.parametrize(
    "text",
    [
        (
            "[2024-01-01 00:00:00 +0000] [1] [INFO] Listening at: http://0.0.0.0:8000 (1)\n"
            "[2024-01-01 00:00:00 +0000] [7] [INFO] Booting worker with pid: 7"
        ),
        "INFO:     Uvicorn running on http://0.0.0.0:10000 (Press CTRL+C to quit)",
        (
            "==> No open ports detected, continuing to scan...\n==> Detected service running on "
            "port 10000\n"
            "==> Your service is live"
        ),
        " * Running on http://127.0.0.1:5000\nPress CTRL+C to quit",
        "System check identified no issues (0 silenced).",
        "Operations to perform:\n  Apply all migrations: admin, auth\n  Applying auth.0001... OK",
        "Could not find cuda drivers on your machine, GPU will not be used.",
    ],
)
def test_a_start_that_works_is_silent(text: str) -> None:
    assert first_causes(text) == []
