from pathlib import Path

import pytest

from tests.doctor.rules.code.asking import SETTINGS, Files, ask, names, settings
from wherry.causes.cause import Severity

ADMIN: Files = {
    "mysite/urls.py": "from django.contrib import admin\nfrom django.urls import path\n"
    'urlpatterns = [path("admin/", admin.site.urls)]\n'
}
NO_WHITENOISE = SETTINGS.replace('    "whitenoise.middleware.WhiteNoiseMiddleware",\n', "")


def test_no_static_root(tmp_path: Path) -> None:
    [finding] = ask(tmp_path, settings(without="STATIC_ROOT"))
    assert (finding.cause.name, finding.severity) == ("static-root-unset", Severity.ERROR)
    assert finding.fix is not None
    assert 'STATIC_ROOT = BASE_DIR / "staticfiles"' in (finding.fix.changes[0].after or "")


@pytest.mark.parametrize(
    "files",
    [
        settings('STATIC_ROOT = os.path.join(BASE_DIR, "static")', without="STATIC_ROOT"),
        settings(
            'STORAGES = {"staticfiles": {"BACKEND": "storages.backends.s3.S3Storage"}}',
            without="STATIC_ROOT",
        ),
        {
            **settings(without="STATIC_ROOT"),
            "app.json": '{"env": {"DISABLE_COLLECTSTATIC": {"value": "1"}}}',
        },
        settings('INSTALLED_APPS = ["shop"]', without="STATIC_ROOT"),
        settings("import django_heroku\ndjango_heroku.settings(locals())", without="STATIC_ROOT"),
    ],
)
def test_collectstatic_that_works_or_does_not_run(tmp_path: Path, files: Files) -> None:
    assert "static-root-unset" not in names(tmp_path, files)


def test_an_image_that_does_not_collect(tmp_path: Path) -> None:
    files: Files = {
        **settings('ALLOWED_HOSTS = [".fly.dev"]', without="STATIC_ROOT"),
        "Dockerfile": "FROM python:3.13\nCMD gunicorn mysite.wsgi\n",
    }
    assert names(tmp_path, files, "fly:shared-cpu-1x") == set()


@pytest.mark.parametrize(("django", "severity"), [("3.2.25", "error"), ("5.2.8", "note")])
def test_a_static_folder_that_is_not_there(tmp_path: Path, django: str, severity: str) -> None:
    files: Files = {
        **settings('STATICFILES_DIRS = [BASE_DIR / "assets"]'),
        "requirements.txt": f"Django=={django}\nwhitenoise==6.9.0\n",
    }
    found = {item.cause.name: item.severity.value for item in ask(tmp_path, files)}
    assert found == {"static-dir-missing": severity}


def test_a_static_folder_that_is_there(tmp_path: Path) -> None:
    files: Files = {
        **settings('STATICFILES_DIRS = [os.path.join(BASE_DIR, "assets"), ("x", "more")]'),
        "assets/a.css": "",
        "more/a.css": "",
    }
    assert names(tmp_path, files) == set()


@pytest.mark.parametrize(
    ("django", "found"),
    [("5.2.8", {"staticfiles-storage-removed"}), ("4.2.16", set()), ("3.2.25", set())],
)
def test_the_old_setting_of_the_storage(tmp_path: Path, django: str, found: set[str]) -> None:
    files: Files = {
        **settings(
            'STATICFILES_STORAGE = "whitenoise.storage.CompressedManifestStaticFilesStorage"'
        ),
        "requirements.txt": f"Django=={django}\nwhitenoise==6.9.0\n",
    }
    assert names(tmp_path, files) == found


def test_nothing_serves_static_files(tmp_path: Path) -> None:
    [finding] = ask(
        tmp_path,
        {**ADMIN, "mysite/settings.py": NO_WHITENOISE, "requirements.txt": "Django==5.2.8\n"},
    )
    assert finding.cause.name == "no-whitenoise-static"
    assert finding.fix is not None
    after = {change.path: change.after or "" for change in finding.fix.changes}
    assert after["requirements.txt"] == "Django==5.2.8\nwhitenoise~=6.6\n"
    security = after["mysite/settings.py"].index("SecurityMiddleware")
    assert after["mysite/settings.py"].index("WhiteNoiseMiddleware") > security


@pytest.mark.parametrize(
    "files",
    [
        {"mysite/settings.py": NO_WHITENOISE},
        {**ADMIN},
        {
            **ADMIN,
            "mysite/settings.py": NO_WHITENOISE,
            "mysite/wsgi.py": "import os\nfrom whitenoise import WhiteNoise\n"
            'os.environ.setdefault("DJANGO_SETTINGS_MODULE", "mysite.settings")\n'
            "application = WhiteNoise(None)\n",
        },
        {
            **ADMIN,
            "mysite/settings.py": f"{NO_WHITENOISE}\nMIDDLEWARE += os.environ['MORE'].split()\n",
        },
        {
            **ADMIN,
            "mysite/settings.py": f"{NO_WHITENOISE}\n"
            'STATIC_URL = "https://cdn.example.com/static/"\n',
        },
    ],
)
def test_static_files_are_served_or_not_wanted(tmp_path: Path, files: Files) -> None:
    assert names(tmp_path, files) == set()


MANIFEST = (
    'STORAGES = {"staticfiles": '
    '{"BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"}}'
)


def test_a_name_that_the_manifest_lacks(tmp_path: Path) -> None:
    files: Files = {
        **settings(MANIFEST),
        "shop/static/shop/Logo.png": "",
        "shop/templates/a.html": "{% load static %}<img src=\"{% static 'shop/logo.png' %}\">",
    }
    assert names(tmp_path, files) == {"static-manifest-missing"}


def test_names_that_are_in_the_manifest_or_in_a_package(tmp_path: Path) -> None:
    files: Files = {
        **settings(MANIFEST),
        "shop/static/shop/logo.png": "",
        "shop/templates/a.html": "{% static 'shop/logo.png' %}{% static 'admin/css/base.css' %}"
        "{% static name %}",
    }
    assert names(tmp_path, files) == set()


def test_static_root_among_the_folders(tmp_path: Path) -> None:
    line = 'STATICFILES_DIRS = [BASE_DIR / "staticfiles"]'
    files: Files = {**settings(line), "staticfiles/a.css": ""}
    assert names(tmp_path, files) == {"collectstatic-fails"}


CSS = "body { background: url('../img/gone.png') }"


@pytest.mark.parametrize(
    ("files", "broken"),
    [
        ({"shop/static/shop/css/a.css": CSS}, True),
        ({"shop/static/shop/css/a.css": CSS, "shop/static/shop/img/gone.png": ""}, False),
        ({"shop/static/shop/a.css": "a { b: url(data:x) url(https://a.io/b) url(/x) }"}, False),
        ({"shop/static/shop/a.css": "/* url(gone.png) */"}, False),
        ({"shop/static/shop/a.css": "a { b: url(../admin/img/x.svg) }"}, False),
        ({"shop/static/shop/a.js": "x\n//# sourceMappingURL=a.js.map\n"}, True),
    ],
)
def test_references_of_stylesheets(tmp_path: Path, files: Files, broken: bool) -> None:
    found = names(tmp_path, {**settings(MANIFEST), **files})
    assert found == ({"static-reference-broken"} if broken else set())


def test_references_without_a_manifest(tmp_path: Path) -> None:
    assert names(tmp_path, {"shop/static/shop/css/a.css": CSS}) == set()


DOCKERFILE = "FROM python:3.13\nCOPY . .\n{}RUN {}python manage.py collectstatic --noinput\n"


@pytest.mark.parametrize(
    ("before", "prefix", "missing"),
    [("", "", True), ("ENV SECRET_KEY=x\n", "", False), ("", "SECRET_KEY=x ", False)],
)
def test_collecting_in_an_image(tmp_path: Path, before: str, prefix: str, missing: bool) -> None:
    files: Files = {
        **settings('ALLOWED_HOSTS = [".fly.dev"]', without="ALLOWED_HOSTS"),
        "Dockerfile": DOCKERFILE.format(before, prefix) + "CMD gunicorn mysite.wsgi\n",
        "fly.toml": 'app = "shop"\n',
    }
    found = names(tmp_path, files, "fly:shared-cpu-1x")
    assert found == ({"env-var-missing"} if missing else set())


PAGE: Files = {
    **settings(MANIFEST),
    "shop/static/shop/a.css": "",
    "shop/templates/a.html": "{% load static %}<link href=\"{% static 'shop/a.css' %}\">",
}
RENDER = (
    "services:\n  - type: web\n    name: shop\n    runtime: python\n    buildCommand: %s\n"
    "    startCommand: gunicorn mysite.wsgi\n"
)
IMAGE = "FROM python:3.13-slim\nCOPY . .\nRUN pip install -r requirements.txt\n%s"


@pytest.mark.parametrize(
    ("files", "platform"),
    [
        ({"render.yaml": RENDER % "pip install -r requirements.txt"}, "render:starter"),
        ({"render.yaml": RENDER % "./build.sh", "build.sh": "pip install -r x\n"}, "render:free"),
        ({"Dockerfile": IMAGE % "CMD gunicorn mysite.wsgi\n"}, "fly:shared-cpu-1x"),
    ],
)
def test_nothing_ever_collects(tmp_path: Path, files: Files, platform: str) -> None:
    assert "static-manifest-missing" in names(tmp_path, {**PAGE, **files}, platform)


@pytest.mark.parametrize(
    ("files", "platform"),
    [
        # Heroku collects by itself; what a web page tells Render to run nobody sees.
        ({}, "heroku:basic"),
        ({}, "render:starter"),
        (
            {"render.yaml": RENDER % "./build.sh", "build.sh": "python manage.py collectstatic\n"},
            "render:starter",
        ),
        ({"Dockerfile": IMAGE % "RUN python manage.py collectstatic\n"}, "fly:shared-cpu-1x"),
        ({"Dockerfile": IMAGE % "CMD ./go\n", "go": "manage.py collectstatic\n"}, "cloud-run:1gi"),
        (
            {
                **settings(MANIFEST + "\nWHITENOISE_MANIFEST_STRICT = False\n"),
                "Dockerfile": IMAGE % "",
            },
            "fly:shared-cpu-1x",
        ),
    ],
)
def test_something_collects(tmp_path: Path, files: Files, platform: str) -> None:
    assert "static-manifest-missing" not in names(tmp_path, {**PAGE, **files}, platform)
