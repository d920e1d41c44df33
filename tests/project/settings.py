"""Settings of the small real Django project that the tests run against."""

from pathlib import Path

BASE_DIR = Path(__file__).parent
SECRET_KEY = "only for tests"
DEBUG = False
ALLOWED_HOSTS = ["*"]
INSTALLED_APPS = ["wherry.django"]
MIDDLEWARE: list[str] = []
ROOT_URLCONF = "tests.project.urls"
DATABASES: dict[str, dict[str, str]] = {}
USE_TZ = True
WHERRY: dict[str, object] = {"MODELS": {}}
