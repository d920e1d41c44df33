"""A Django project: static files in the build, scripts of its own, and what fails there."""

from pathlib import Path

import pytest

from tests.rehearse.build.building import PYTHON, Heard, built, contents, refused, write
from wherry.rehearse.build.slug import PartKind

SETTINGS = """
SECRET_KEY = "x"
INSTALLED_APPS = ["django.contrib.staticfiles"]
STATIC_URL = "static/"
STATIC_ROOT = "collected"
STATICFILES_DIRS = ["assets"]
ROOT_URLCONF = "site1.urls"
USE_TZ = True
"""
MANAGE = """
import os, sys
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "site1.settings")
from django.core.management import execute_from_command_line
execute_from_command_line(sys.argv)
"""
FILES = {
    "requirements.txt": "django==5.2.8\n",
    ".python-version": f"{PYTHON}\n",
    "Procfile": "web: python manage.py runserver\n",
    "code/manage.py": MANAGE,
    "code/site1/__init__.py": "",
    "code/site1/settings.py": SETTINGS,
    "code/site1/urls.py": "urlpatterns = []\n",
    "assets/site.css": "body {}\n",
    "bin/post_compile": "#!/bin/sh\nset -e\npython -c 'import django; print(django.__version__)'\n"
    "echo built > stamp\n",
}


@pytest.fixture(scope="module")
def warm(cache: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the cache with Django in it."""
    heard = Heard()
    source = write(tmp_path_factory.mktemp("django"), FILES)
    slug = built(source, cache, heard)
    assert "-----> $ python code/manage.py collectstatic --noinput" in heard.lines
    assert any("1 static file copied to '/tmp/build_" in line for line in heard.lines)
    assert "-----> Running bin/post_compile hook" in heard.lines
    assert "       5.2.8" in heard.lines
    static = [part for part in slug.parts if part.kind is PartKind.STATIC]
    assert [part.files for part in static] == [1]
    return cache


def test_what_the_scripts_made_is_in_the_slug(warm: Path, tmp_path: Path) -> None:
    inside = contents(built(write(tmp_path, FILES), warm, Heard()))
    assert inside["collected/site.css"] == b"body {}\n"
    assert inside["stamp"] == b"built\n"


def test_it_fails(warm: Path, tmp_path: Path) -> None:
    settings = SETTINGS + "import os\nHOST = os.environ['DATABASE_HOST']\n"
    source = write(tmp_path, {**FILES, "code/site1/settings.py": settings})
    failure = refused(source, warm)
    assert failure.cause == "collectstatic-fails"
    assert " !     Error: Unable to generate Django static files." in failure.lines
    assert any("KeyError: 'DATABASE_HOST'" in line for line in failure.lines)


def test_it_is_switched_off_and_dokku_builds_the_same(warm: Path, tmp_path: Path) -> None:
    heard = Heard()
    settings = SETTINGS + "raise RuntimeError\n"
    source = write(tmp_path, {**FILES, "code/site1/settings.py": settings})
    env = {"DISABLE_COLLECTSTATIC": "1"}
    slug = built(source, warm, heard, platform="dokku", env=env)
    line = "-----> Skipping Django collectstatic since the env var DISABLE_COLLECTSTATIC is set."
    assert line in heard.lines
    assert "-----> Restoring cache" in heard.lines
    script = contents(slug)[".profile.d/WEB_CONCURRENCY.sh"]
    assert script is not None
    assert b"Couldn't determine available memory." in script


def test_fir_looks_for_manage_py_at_the_root_only(warm: Path, tmp_path: Path) -> None:
    heard = Heard()
    built(write(tmp_path, FILES), warm, heard, platform="heroku:dyno-1c-0.5gb")
    line = "-----> Skipping Django collectstatic since no manage.py file found."
    assert line in heard.lines
