"""A Django site with a model behind gunicorn, weighed once it is up and once it has answered."""

import json
import os
import signal
import subprocess
import time
import urllib.request
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from benchmarks.serving.processes import descendants, free_port, weigh

_BOOT_S: Final = 120.0
_SETTINGS: Final = """
from pathlib import Path
BASE_DIR = Path(__file__).resolve().parent
SECRET_KEY = "benchmark"
ALLOWED_HOSTS = ["127.0.0.1"]
ROOT_URLCONF = "site_urls"
INSTALLED_APPS = [
    "django.contrib.admin", "django.contrib.auth", "django.contrib.contenttypes",
    "django.contrib.sessions", "django.contrib.messages", "django.contrib.staticfiles",
]
MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
]
TEMPLATES = [{"BACKEND": "django.template.backends.django.DjangoTemplates", "APP_DIRS": True,
    "OPTIONS": {"context_processors": [
        "django.template.context_processors.request",
        "django.contrib.auth.context_processors.auth",
        "django.contrib.messages.context_processors.messages"]}}]
DATABASES = {"default": {"ENGINE": "django.db.backends.sqlite3", "NAME": BASE_DIR / "db.sqlite3"}}
STATIC_URL = "static/"
"""
_URLS: Final = """
import os
from django.http import HttpResponse
from django.urls import path
import views
urlpatterns = [
    path("ready", lambda request: HttpResponse(str(os.getpid()))),
    path("predict", lambda request: HttpResponse(f"{os.getpid()} {views.predict()}")),
]
"""
_WSGI: Final = """
import os
os.environ["DJANGO_SETTINGS_MODULE"] = "site_settings"
from django.core.wsgi import get_wsgi_application
application = get_wsgi_application()
import site_urls  # as the first request would, so that booted means loaded
"""


@dataclass(frozen=True, slots=True)
class Weighed:
    """The tree of processes at two moments; what several share is counted once."""

    boot_bytes: int
    predicted_bytes: int
    boot_threads: int
    predicted_threads: int
    boot_s: float


def weigh_site(
    python: Path,
    views: str,
    folder: Path,
    workers: int = 1,
    options: Sequence[str] = (),
    cpus: int | None = None,
) -> Weighed:
    """Write the site with these views, serve it, and weigh it.

    Args:
        views: A module with ``predict()``.
        cpus: How many of the machine's processors it may see; all by default.
    """
    folder.mkdir(parents=True, exist_ok=True)
    files = {"site_settings": _SETTINGS, "site_urls": _URLS, "site_wsgi": _WSGI, "views": views}
    for name, text in files.items():
        folder.joinpath(f"{name}.py").write_text(text)
    began = time.monotonic()
    with _served(python, folder, workers, options, cpus) as (process, port):
        _until_all(port, "ready", workers)
        boot_s = time.monotonic() - began
        pids = [process.pid, *descendants(process.pid)]
        boot, boot_threads = weigh(pids).anonymous_bytes, _threads(pids)
        _until_all(port, "predict", workers)
        pids = [process.pid, *descendants(process.pid)]
        after, after_threads = weigh(pids).anonymous_bytes, _threads(pids)
    return Weighed(boot, after, boot_threads, after_threads, boot_s)


@contextmanager
def _served(
    python: Path, folder: Path, workers: int, options: Sequence[str], cpus: int | None
) -> Iterator[tuple[subprocess.Popen[bytes], int]]:
    port = free_port()
    command = [
        *(str(python), "-m", "gunicorn", "site_wsgi", "--bind", f"127.0.0.1:{port}"),
        *("--workers", str(workers), "--timeout", "600", *options),
    ]
    if cpus is not None:
        command = ["taskset", "-c", ",".join(map(str, range(cpus))), *command]
    with (folder / "log").open("wb") as log:
        process = subprocess.Popen(
            command,
            cwd=folder,
            env=os.environ | {"TF_CPP_MIN_LOG_LEVEL": "3"},
            stdout=log,
            stderr=log,
            start_new_session=True,
        )
        try:
            yield process, port
        finally:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()


def _until_all(port: int, path: str, workers: int) -> None:
    """Ask until every worker has answered."""
    seen: set[str] = set()
    end = time.monotonic() + _BOOT_S
    while len(seen) < workers:
        if time.monotonic() > end:
            raise TimeoutError(f"/{path} was answered by {len(seen)} of {workers} workers")
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{port}/{path}", timeout=_BOOT_S) as got:
                seen.add(got.read().split()[0].decode())
        except (ConnectionError, urllib.error.URLError):
            time.sleep(0.05)


def _threads(pids: Sequence[int]) -> int:
    return sum(len(list(Path(f"/proc/{pid}/task").iterdir())) for pid in pids)


def to_document(weighed: Weighed) -> dict[str, float]:
    """Return it as JSON keeps it."""
    return json.loads(json.dumps({name: getattr(weighed, name) for name in Weighed.__slots__}))
