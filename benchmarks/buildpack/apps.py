"""Django projects as they are pushed, and installed by pip as the Python buildpack does it."""

import os
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from benchmarks.serving.environments import REPOSITORY
from benchmarks.slug.interpreters import interpreter

DIGITS: Final = REPOSITORY / "examples" / "demo" / "models" / "digits" / "digits.tflite"
WORDS: Final = REPOSITORY / "tests" / "fixtures" / "savedmodels" / "words"
_TIMEOUT_S: Final = 3600
_SITE: Final = ("django==6.1.3", "gunicorn==27.0.1", "whitenoise==6.12.0")
TENSORFLOW: Final = "tensorflow-cpu==2.21.0"

_SETTINGS: Final = """\
import os
from pathlib import Path

BASE_DIR = Path(__file__).parent.parent
SECRET_KEY = os.environ.get("SECRET_KEY", "only for weighing a slug")
ALLOWED_HOSTS = [".herokuapp.com"]
INSTALLED_APPS = ["django.contrib.staticfiles"{apps}]
MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
]
ROOT_URLCONF = "site_.urls"
WSGI_APPLICATION = "site_.wsgi.application"
STATIC_URL = "static/"
STATIC_ROOT = BASE_DIR / "staticfiles"
"""
_SERVED: Final = """\
WHERRY = {{
    "MODELS": {{name: BASE_DIR / "models" / name for name in {models}}},
    "API_KEYS": [os.environ.get("API_KEY", "only for weighing a slug")],
}}
"""
_URLS: Final = """\
from django.urls import include, path

urlpatterns = [path("", include("wherry.django.urls"))]
"""
_WSGI: Final = """\
import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "site_.settings")
application = get_wsgi_application()
"""
_MANAGE: Final = """\
import os
import sys

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "site_.settings")
from django.core.management import execute_from_command_line

execute_from_command_line(sys.argv)
"""
_USUAL_VIEW: Final = """\
import tensorflow as tf
from django.http import JsonResponse

MODEL = tf.saved_model.load("trained/words")


def look_up(request):
    found = MODEL.signatures["serving_default"](words=tf.constant(["Django"]))
    return JsonResponse({"kinds": [word.decode() for word in found["kinds"].numpy()]})
"""


@dataclass(frozen=True, slots=True)
class Kind:
    """A project.

    Attributes:
        extras: Of Wherry; None for a project without it.
        models: Names of its bundles.
        more: Requirements besides.
        usual: Whether its view imports TensorFlow itself.
    """

    name: str
    extras: str | None = None
    models: tuple[str, ...] = ()
    more: tuple[str, ...] = ()
    usual: bool = False


PLAIN: Final = Kind("plain Django")
LITERT: Final = Kind("one LiteRT bundle", "litert,serve", ("digits",))
SAVED: Final = Kind("one SavedModel, by Wherry", "serve", ("words",), (TENSORFLOW,))
USUAL: Final = Kind("one SavedModel, tensorflow-cpu as usual", more=(TENSORFLOW,), usual=True)
KINDS: Final = (PLAIN, LITERT, SAVED, USUAL)


def push(kind: Kind, build: Path, python: str) -> None:
    """Write a project's files into a new folder."""
    shutil.rmtree(build, ignore_errors=True)
    site = build / "site_"
    site.mkdir(parents=True)
    served = kind.extras is not None
    wherry = (f"wherry[{kind.extras}]",) if served else ()
    requirements = (*_SITE, *wherry, *kind.more)
    (build / "requirements.txt").write_text("".join(f"{line}\n" for line in requirements))
    (build / ".python-version").write_text(f"{python}\n")
    started = "wherry serve" if served else "gunicorn"
    (build / "Procfile").write_text(f"web: {started} site_.wsgi\n")
    (build / "manage.py").write_text(_MANAGE)
    settings = _SETTINGS.format(apps=', "wherry.django"' if served else "")
    if served:
        settings += _SERVED.format(models=list(kind.models))
    (site / "__init__.py").touch()
    (site / "wsgi.py").write_text(_WSGI)
    (site / "settings.py").write_text(settings)
    (site / "urls.py").write_text(_URLS if served else "urlpatterns = []\n")
    if kind.usual:
        (site / "views.py").write_text(_USUAL_VIEW)
    _put_models(kind, build)


def _put_models(kind: Kind, build: Path) -> None:
    if "digits" in kind.models:
        (build / "trained").mkdir(exist_ok=True)
        shutil.copy(DIGITS, build / "trained" / "digits.tflite")
    if "words" in kind.models or kind.usual:
        shutil.copytree(WORDS, build / "trained" / "words")
    if kind.models:
        files = {"digits": "trained/digits.tflite", "words": "trained/words"}
        lines = [f'{name} = "{files[name]}"' for name in kind.models]
        text = "\n".join(("[tool.wherry.models]", *lines, ""))
        (build / "pyproject.toml").write_text(text)


def install(kind: Kind, build: Path, python: str, wheel: Path) -> None:
    """Install a project's packages with the pip of a Python as the buildpack trims it."""
    home = build / ".heroku" / "python"
    home.parent.mkdir()
    program = interpreter(python, home)
    lines = (build / "requirements.txt").read_text().splitlines()
    named = [f"{wheel}[{kind.extras}]" if line.startswith("wherry[") else line for line in lines]
    subprocess.run(
        [
            *(program, "-m", "pip", "install", "--quiet", "--no-input", "--exists-action=w"),
            *("--no-warn-script-location", "--root-user-action", "ignore", *named),
        ],
        check=True,
        timeout=_TIMEOUT_S,
        env=os.environ | {"TMPDIR": str(build.parent), "PYTHONHOME": str(home)},
        stdout=sys.stderr,
    )
    link = home / "bin" / "python3"
    if not link.exists():
        link.symlink_to(program.name)
