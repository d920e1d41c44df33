"""A Django project whose model takes a moment, and notes each time that it is asked."""

import sys
from pathlib import Path
from typing import Any, Final

REPOSITORY: Final = Path(__file__).parents[2]
MODEL: Final = REPOSITORY / "tests" / "fixtures" / "tflite" / "dense.tflite"
FEATURES: Final = 16

_SETTINGS = """
from pathlib import Path
FOLDER = Path({folder!r})
SECRET_KEY = "only for a benchmark"
ALLOWED_HOSTS = ["*"]
INSTALLED_APPS = ["wherry.django", "wherry.django.jobs", "django_tasks_db"]
ROOT_URLCONF = "project.urls"
DATABASES = {{"default": {database!r}}}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
USE_TZ = True
TASKS = {{"default": {{"BACKEND": "django_tasks_db.DatabaseBackend"}}}}
SILENCED_SYSTEM_CHECKS = ["wherry.W002"]
WHERRY = {{
    "MODELS": {{"dense": {{"PATH": {model!r}, "PREPROCESS": "project.notes.note", "THREADS": 1}}}},
    "JOBS": {jobs!r},
}}
LOGGING = {{
    "version": 1,
    "disable_existing_loggers": False,
    "handlers": {{"lines": {{"class": "logging.StreamHandler"}}}},
    "loggers": {{"wherry": {{"handlers": ["lines"], "level": "INFO"}}}},
}}
"""
_NOTES = """
import os
import time
from django.conf import settings

RUN_S = {run_s!r}


def note(value):
    \"\"\"Note that this input is being asked about, wait as a slow model would, pass it on.\"\"\"
    number = int(value[0][0])
    line = f"{{number}} {{os.getpid()}}\\n".encode()
    descriptor = os.open(settings.FOLDER / "runs", os.O_WRONLY | os.O_APPEND | os.O_CREAT)
    try:
        os.write(descriptor, line)
    finally:
        os.close(descriptor)
    time.sleep(RUN_S)
    return value
"""
_FILES = {
    "__init__": "",
    "urls": """
from django.urls import include, path
urlpatterns = [path("", include("wherry.django.urls"))]
""",
    "wsgi": """
import os
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "project.settings")
from django.core.wsgi import get_wsgi_application
application = get_wsgi_application()
""",
}
_MANAGE = """
import os, sys
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "project.settings")
from django.core.management import execute_from_command_line
execute_from_command_line(sys.argv)
"""


def sqlite(folder: Path, *, max_pages: int | None = None) -> dict[str, Any]:
    """Return DATABASES' entry for a file; ``max_pages`` makes it full at that size."""
    pragmas = "PRAGMA journal_mode=WAL;"
    if max_pages is not None:
        pragmas += f"PRAGMA max_page_count={max_pages};"
    return {
        "ENGINE": "django.db.backends.sqlite3",
        "NAME": str(folder / "db.sqlite3"),
        "OPTIONS": {"transaction_mode": "IMMEDIATE", "timeout": 20, "init_command": pragmas},
    }


def write_site(
    folder: Path, database: dict[str, Any], *, jobs: dict[str, Any], run_s: float
) -> list[str]:
    """Write the project; return the words that begin a command of its manage.py."""
    package = folder / "project"
    package.mkdir(parents=True)
    settings = _SETTINGS.format(folder=str(folder), database=database, model=str(MODEL), jobs=jobs)
    files = {**_FILES, "settings": settings, "notes": _NOTES.format(run_s=run_s)}
    for name, text in files.items():
        (package / f"{name}.py").write_text(text)
    (folder / "manage.py").write_text(_MANAGE)
    return [sys.executable, str(folder / "manage.py")]


def input_of(number: int) -> list[list[float]]:
    """Return the input of a job: its own number, and what makes its answer its own."""
    return [[float(number), *(((number * k) % 97) / 97 for k in range(1, FEATURES))]]
