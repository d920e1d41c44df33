"""Small Django apps as a Python buildpack leaves them, and this buildpack's scripts run on them."""

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from hashlib import sha256
from pathlib import Path

from tests.environments import CACHE, made_once

ROOT = Path(__file__).parents[2]
BUILDPACK = ROOT / "buildpack"
DIGITS = ROOT / "examples" / "demo" / "models" / "digits" / "digits.tflite"
WORDS = ROOT / "tests" / "fixtures" / "savedmodels" / "words"
TENSORFLOW = "tensorflow-cpu==2.21.0"
# What a shell of a host has, and nothing of the shell that runs the tests.
_KEPT = ("HOME", "UV", "UV_SYSTEM_CERTS", "UV_NATIVE_TLS", "PIP_CERT", "LANG", "TMPDIR")

_MANAGE = """\
import os
import sys

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "site_.settings")
from django.core.management import execute_from_command_line

execute_from_command_line(sys.argv)
"""
_WSGI = """\
import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "site_.settings")
application = get_wsgi_application()
"""
_SETTINGS = """\
import os
from pathlib import Path

BASE_DIR = Path(__file__).parent.parent
SECRET_KEY = os.environ.get("SECRET_KEY", "only in a test of the build")
DEBUG = False
ALLOWED_HOSTS = [".herokuapp.com"]
INSTALLED_APPS = ["django.contrib.staticfiles"{apps}]
STATIC_URL = "static/"
STATIC_ROOT = BASE_DIR / "staticfiles"
MIDDLEWARE = ["django.middleware.security.SecurityMiddleware"]
ROOT_URLCONF = "site_.urls"
WSGI_APPLICATION = "site_.wsgi.application"
"""
_SERVED = """\
WHERRY = {{
    "MODELS": {{name: BASE_DIR / "models" / name for name in {names}}},
    "API_KEYS": [os.environ.get("API_KEY", "only in a test of the build")],
}}
"""
_URLS = """\
from django.urls import include, path

urlpatterns = [path("", include("wherry.django.urls"))]
"""
_REQUIRED = {
    "wherry": "wherry",
    "litert": "ai-edge-litert",
    "tensorflow": TENSORFLOW,
    "gunicorn": "gunicorn",
    "granian": "granian",
}


@dataclass(frozen=True)
class App:
    """An app's folders in a build: what becomes the slug, the cache, the config vars."""

    build: Path
    cache: Path
    env: Path

    @property
    def python(self) -> Path:
        """The app's interpreter."""
        return self.build / ".heroku" / "python" / "bin" / "python3"

    @property
    def site_packages(self) -> Path:
        """Where its packages are."""
        return next((self.build / ".heroku" / "python" / "lib").glob("python3.*/site-packages"))

    def write(self, path: str, text: str | bytes) -> None:
        """Write one of its files."""
        file = self.build / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(text.encode() if isinstance(text, str) else text)


def make(
    folder: Path,
    *,
    installed: Sequence[str] = ("wherry",),
    models: Sequence[str] = (),
    pyproject: str = "",
) -> App:
    """Write an app and give it a Python with these packages: wherry, litert, tensorflow."""
    app = App(folder / "build", folder / "cache", folder / "env")
    for path in (app.build, app.cache, app.env):
        path.mkdir(parents=True)
    write_site(app, installed=installed, models=models, pyproject=pyproject)
    link_tree(_home(tuple(installed)), app.build / ".heroku" / "python")
    return app


def write_site(
    app: App, *, installed: Sequence[str], models: Sequence[str], pyproject: str
) -> None:
    """Write what an owner pushes: a Django site and its requirements, Wherry if named."""
    names = ["django", *(_REQUIRED[name] for name in installed)]
    app.write("requirements.txt", "".join(f"{name}\n" for name in names))
    app.write(".python-version", f"3.{sys.version_info[1]}\n")
    served = "wherry" in installed
    app.write("Procfile", f"web: {'wherry serve' if served else 'gunicorn'} site_.wsgi\n")
    app.write("manage.py", _MANAGE)
    app.write("site_/__init__.py", "")
    app.write("site_/wsgi.py", _WSGI)
    settings = _SETTINGS.format(apps=', "wherry.django"' if served else "")
    if served:
        settings += _SERVED.format(names=list(models))
    app.write("site_/settings.py", settings)
    app.write("site_/urls.py", _URLS if served else "urlpatterns = []\n")
    if pyproject:
        app.write("pyproject.toml", pyproject)


@cache
def _home(installed: tuple[str, ...]) -> Path:
    """Return an environment with these packages, made once for this checkout and this Python.

    Wherry's code is this checkout's, by its path, and its requirements are read when it is
    installed. Two checkouts of one user, or one before and after its requirements changed, must
    not share it: one would test the other's Wherry, or find none once the other is deleted.
    """
    of = f"{sys.base_prefix}\n{ROOT}\n{(ROOT / 'pyproject.toml').read_text()}"
    version = f"{sys.version_info[0]}.{sys.version_info[1]}"
    names = "-".join(sorted(installed))
    folder = CACHE / "buildpack" / f"{version}-{names}-{sha256(of.encode()).hexdigest()[:12]}"
    wanted = ["django", *(_REQUIRED[name] for name in installed if name != "wherry")]
    if "wherry" in installed:
        wanted += ["granian", "-e", str(ROOT)]
    made_once(folder, sys.executable, wanted)
    return folder


def link_tree(source: Path, target: Path) -> None:
    """Copy a tree with links for its files: a build that wrote into one would change the source."""
    shutil.copytree(source, target, symlinks=True, copy_function=_link)


def _link(source: str, target: str) -> None:
    try:
        os.link(source, target, follow_symlinks=False)
    except OSError:
        shutil.copy2(source, target, follow_symlinks=False)


def environment(**more: str) -> dict[str, str]:
    """Return the environment of a build."""
    kept = {name: os.environ[name] for name in _KEPT if name in os.environ}
    found = shutil.which("uv")
    if found is not None:
        kept.setdefault("UV", found)
    return {**kept, "PATH": "/usr/local/bin:/usr/bin:/bin", "STACK": "heroku-24", **more}


def run(
    script: str,
    *arguments: str | Path,
    shell: str = "sh",
    env: Mapping[str, str] | None = None,
    cwd: Path | None = None,
    buildpack: Path = BUILDPACK,
) -> subprocess.CompletedProcess[str]:
    """Run one of the scripts with a shell."""
    return subprocess.run(
        [shell, str(buildpack / "bin" / script), *map(str, arguments)],
        env=environment() if env is None else dict(env),
        cwd=cwd,
        check=False,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        timeout=300,
    )


def compile_(app: App, *, shell: str = "sh", **more: str) -> str:
    """Run ``bin/compile`` on an app, which succeeds, and return what it printed."""
    result = run("compile", app.build, app.cache, app.env, shell=shell, env=environment(**more))
    assert result.returncode == 0, result.stdout
    return result.stdout


def fails(app: App, **more: str) -> str:
    """Run ``bin/compile`` on an app, which fails, and return what it printed."""
    result = run("compile", app.build, app.cache, app.env, env=environment(**more))
    assert result.returncode == 1, result.stdout
    return result.stdout


def ask(app: App, model: str, inputs: Mapping[str, object]) -> dict[str, list[object]]:
    """Ask a model of the app as a dyno would: its shell reads the profile, then its own Python."""
    file = app.build / "inputs.json"
    file.write_text(json.dumps(inputs))
    result = subprocess.run(
        [
            *("sh", "-euc", '. "$HOME/.profile.d/wherry.sh"; exec "$@"', "sh"),
            *(str(app.python), "manage.py", "wherry", "predict", model, str(file)),
        ],
        cwd=app.build,
        env={"HOME": str(app.build), "PATH": os.environ["PATH"], "DYNO": "web.1"},
        check=False,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert result.returncode == 0, result.stderr
    answer: dict[str, list[object]] = json.loads(result.stdout)
    return answer
