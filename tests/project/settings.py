"""Settings of the small real Django project that the tests run against."""

from pathlib import Path

BASE_DIR = Path(__file__).parent
SECRET_KEY = "only for tests"
DEBUG = False
ALLOWED_HOSTS = ["*"]
INSTALLED_APPS = ["wherry.django", "wherry.django.jobs", "django_tasks_db"]
MIDDLEWARE: list[str] = []
ROOT_URLCONF = "tests.project.urls"
DATABASES = {"default": {"ENGINE": "django.db.backends.sqlite3", "NAME": ":memory:"}}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
TASKS = {"default": {"BACKEND": "django_tasks_db.DatabaseBackend"}}
USE_TZ = True
WHERRY: dict[str, object] = {"MODELS": {}}
