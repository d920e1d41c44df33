"""A healthy small site, changed a little, and what the rules over settings and code say of it."""

from collections.abc import Mapping
from pathlib import Path

from wherry.doctor.rule import Context
from wherry.doctor.rules.code.rules import RULES
from wherry.findings import Finding
from wherry.platforms import hosts
from wherry.project.project import read_project

type Files = Mapping[str, str | bytes | None]

SETTINGS = """\
import os
from pathlib import Path

BASE_DIR = Path(__file__).resolve().parent.parent
SECRET_KEY = os.environ["SECRET_KEY"]
DEBUG = False
ALLOWED_HOSTS = [".herokuapp.com"]
INSTALLED_APPS = ["django.contrib.staticfiles", "shop"]
MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
]
ROOT_URLCONF = "mysite.urls"
TEMPLATES = [
    {"BACKEND": "django.template.backends.django.DjangoTemplates", "DIRS": [], "APP_DIRS": True},
]
STATIC_URL = "static/"
STATIC_ROOT = BASE_DIR / "staticfiles"
"""
URLS = """\
from django.urls import path

from shop import views

urlpatterns = [path("", views.index)]
"""
VIEWS = """\
from django.http import HttpResponse


def index(request):
    return HttpResponse("Hello")
"""
WSGI = 'import os\nos.environ.setdefault("DJANGO_SETTINGS_MODULE", "mysite.settings")\n'
HEALTHY: Files = {
    "manage.py": WSGI,
    "mysite/__init__.py": "",
    "mysite/settings.py": SETTINGS,
    "mysite/urls.py": URLS,
    "mysite/wsgi.py": WSGI,
    "shop/__init__.py": "",
    "shop/views.py": VIEWS,
    "requirements.txt": "Django==5.2.8\ngunicorn==23.0.0\nwhitenoise==6.9.0\n",
    "Procfile": "web: gunicorn mysite.wsgi\n",
}


def write(root: Path, files: Files) -> Path:
    """Write the healthy site with some files changed; None leaves one out."""
    for path, content in {**HEALTHY, **files}.items():
        if content is None:
            continue
        place = root / path
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_bytes(content if isinstance(content, bytes) else content.encode())
    return root


def context(
    root: Path, platform: str = "heroku:eco", python: tuple[int, int] | None = (3, 13)
) -> Context:
    """Return what the rules are given."""
    return Context(read_project(root), hosts.get(platform), python)


def ask(
    root: Path,
    files: Files,
    platform: str = "heroku:eco",
    python: tuple[int, int] | None = (3, 13),
) -> list[Finding]:
    """Return every finding on the site with those files."""
    write(root, files)
    asked = context(root, platform, python)
    return [finding for rule in RULES for finding in rule.check(asked)]


def names(
    root: Path,
    files: Files,
    platform: str = "heroku:eco",
    python: tuple[int, int] | None = (3, 13),
) -> set[str]:
    """Return the names of the causes that are found."""
    return {finding.cause.name for finding in ask(root, files, platform, python)}


def settings(*changes: str, without: str = "") -> Files:
    """Return the site's settings with lines added at the end, and without those of a name."""
    kept = [line for line in SETTINGS.splitlines() if not without or not line.startswith(without)]
    return {"mysite/settings.py": "\n".join([*kept, *changes, ""])}


def view(code: str, **more: str) -> Files:
    """Return a view's module of that code; keywords add files, ``__`` stands for a slash."""
    added = {name.replace("__", "/") + ".py": text for name, text in more.items()}
    return {"shop/views.py": code, **added}
