"""Settings in classes, of which a variable picks one."""

from pathlib import Path

import pytest

from wherry.project.code.settings import Settings
from wherry.project.code.values import Folder
from wherry.project.project import read_project

MODULE = """
from pathlib import Path

from configurations import Configuration, values

BASE_DIR = Path(__file__).resolve().parent.parent


class Common(Configuration):
    DEBUG = False
    SECRET_KEY = values.SecretValue()
    ALLOWED_HOSTS = values.ListValue(["example.org"])
    ADMIN = values.Value("me", environ_name="OWNER", environ_prefix=None)
    INSTALLED_APPS = ["django.contrib.staticfiles", "shop"]
    STATIC_ROOT = BASE_DIR / "staticfiles"


class Dev(Common):
    DEBUG = True
    INSTALLED_APPS = Common.INSTALLED_APPS + ["debug_toolbar"]


class Production(Common):
    DEBUG = values.BooleanValue(False)

    @property
    def CACHES(self):
        return {}
"""
WSGI = """
import os

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "mysite.settings")
os.environ.setdefault("DJANGO_CONFIGURATION", "{name}")
"""


def settings_of(root: Path, name: str, app_json: str = "{}") -> Settings:
    files = {
        "app.json": app_json,
        "manage.py": WSGI.format(name="Dev"),
        "mysite/__init__.py": "",
        "mysite/settings.py": MODULE,
        "mysite/wsgi.py": WSGI.format(name=name),
    }
    for path, text in files.items():
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_text(text)
    found = read_project(root).code.settings
    assert found is not None
    return found


def test_the_class_that_the_server_names(tmp_path: Path) -> None:
    found = settings_of(tmp_path, "Production")
    assert found.whole
    assert found.value("DEBUG").plain is False
    assert found.value("DEBUG").variables == {"DJANGO_DEBUG"}
    assert found.value("SECRET_KEY").variables == {"DJANGO_SECRET_KEY"}
    assert not found.value("SECRET_KEY").known
    assert found.value("ALLOWED_HOSTS").texts() == ("example.org",)
    assert found.value("ADMIN").variables == {"OWNER"}
    assert found.value("STATIC_ROOT").plain == Folder("staticfiles")
    assert not found.value("CACHES").known


def test_names_of_the_class_that_it_is_made_from(tmp_path: Path) -> None:
    found = settings_of(tmp_path, "Dev")
    assert found.value("DEBUG").fixed
    assert found.value("INSTALLED_APPS").texts() == (
        "django.contrib.staticfiles",
        "shop",
        "debug_toolbar",
    )


def test_the_environment_comes_first(tmp_path: Path) -> None:
    told = '{"env": {"DJANGO_CONFIGURATION": "Production"}}'
    found = settings_of(tmp_path, "Dev", told)
    assert found.value("DEBUG").variables == {"DJANGO_DEBUG"}


@pytest.mark.parametrize("name", ["Staging", ""])
def test_of_a_class_that_is_not_there_nothing_is_said(tmp_path: Path, name: str) -> None:
    found = settings_of(tmp_path, name)
    assert not found.whole
    assert found.find("DEBUG") is None
