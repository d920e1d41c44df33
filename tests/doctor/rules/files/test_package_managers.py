"""Which dependency file the host finds."""

from pathlib import Path

import pytest

from tests.doctor.rules.files.looking import HEALTHY, brief, found_in, look, write
from tests.doctor.rules.files.test_python import UV_LOCK
from wherry.findings import Role

PYPROJECT = (
    '[project]\nname = "a"\nversion = "1"\nrequires-python = ">=3.12"\n'
    'dependencies = ["django", "gunicorn"]\n'
)
POETRY = """[tool.poetry]
name = "a"
version = "1"
description = ""
authors = []

[tool.poetry.dependencies]
python = "^3.12"
django = "^5.2"
gunicorn = "^23.0"
"""
POETRY_LOCK = """[[package]]
name = "django"
version = "5.2.8"
groups = ["main"]

[[package]]
name = "gunicorn"
version = "23.0.0"
groups = ["main"]

[metadata]
lock-version = "2.1"
python-versions = "^3.12"
content-hash = "made up"
"""
PIPFILE = (
    '[[source]]\nurl = "https://packages.example/simple"\nverify_ssl = true\nname = "own"\n\n'
    '[packages]\ndjango = "*"\ngunicorn = "*"\n\n[requires]\npython_version = "3.13"\n'
)
PIPFILE_LOCK = """{"_meta": {"hash": {"sha256": "made up"}, "requires": {"python_version": "3.13"}},
 "default": {"django": {"version": "==5.2.8"}, "gunicorn": {"version": "==23.0.0"}},
 "develop": {}}
"""

RENDER = """services:
  - type: web
    name: site
    runtime: python
    buildCommand: {build}
    startCommand: gunicorn mysite.wsgi
"""
IMAGE = """FROM python:3.13
WORKDIR /app
COPY {file} ./
COPY . .
CMD gunicorn mysite.wsgi -b 0.0.0.0:8080
"""


@pytest.mark.parametrize(
    "files",
    [
        {"requirements.txt": None},
        {"requirements.txt": None, "requirement.txt": "django\n"},
        {"requirements.txt": None, "requirements/base.txt": "django\ngunicorn\n"},
        {"requirements.txt": None, "pyproject.toml": PYPROJECT},
        {"requirements.txt": None, "setup.py": "from setuptools import setup\nsetup()\n"},
        {"requirements.txt": None, "environment.yml": "dependencies:\n  - django\n  - gunicorn\n"},
        {".gitignore": "*.txt\n"},
    ],
)
def test_no_file_where_the_host_looks(tmp_path: Path, files: dict[str, str | bytes | None]) -> None:
    found = brief(look(tmp_path, files))

    assert found.get("no-package-manager-file") == "error"
    assert set(found) <= {"no-package-manager-file", "gunicorn-not-installed"}


@pytest.mark.parametrize(
    "files",
    [
        {},
        {"requirements.txt": None, "pyproject.toml": PYPROJECT, "uv.lock": UV_LOCK},
        {"requirements.txt": None, "pyproject.toml": POETRY, "poetry.lock": POETRY_LOCK},
        {"requirements.txt": None, "Pipfile": PIPFILE, "Pipfile.lock": PIPFILE_LOCK},
        {"pyproject.toml": "[tool.ruff]\nline-length = 100\n"},
        {"pyproject.toml": PYPROJECT},
        {
            "requirements/base.txt": "django\n",
            "requirements.txt": "-r requirements/base.txt\ngunicorn\n",
        },
        {"environment.yml": "dependencies:\n  - django\n"},
    ],
)
def test_one_file_is_right(tmp_path: Path, files: dict[str, str | bytes | None]) -> None:
    assert look(tmp_path, files) == {}


def test_two_managers_are_refused(tmp_path: Path) -> None:
    found = look(tmp_path, {"pyproject.toml": PYPROJECT, "uv.lock": UV_LOCK})

    assert brief(found) == {"several-package-managers": "error"}
    assert "requirements.txt and uv.lock" in found["several-package-managers"].why


def test_two_managers_are_nothing_to_an_image(tmp_path: Path) -> None:
    files = {
        "pyproject.toml": PYPROJECT,
        "uv.lock": UV_LOCK,
        "Dockerfile": "FROM python:3.13\nCOPY . .\nCMD gunicorn mysite.wsgi -b 0.0.0.0:$PORT\n",
    }

    assert look(tmp_path, files, "cloud-run") == {}


@pytest.mark.parametrize("other", [{}, {"requirements.txt": None}])
def test_a_pipfile_needs_its_lock(tmp_path: Path, other: dict[str, None]) -> None:
    found = look(tmp_path, {"Pipfile": PIPFILE, **other})

    assert brief(found) == {"pipfile-without-lock": "error"}


@pytest.mark.parametrize(
    ("files", "changed"),
    [
        (
            {"pyproject.toml": PYPROJECT, "uv.lock": UV_LOCK},
            ('"gunicorn"', '"gunicorn", "whitenoise"'),
        ),
        ({"pyproject.toml": PYPROJECT, "uv.lock": UV_LOCK}, ('"django"', '"django>=6"')),
        ({"pyproject.toml": POETRY, "poetry.lock": POETRY_LOCK}, ('"^5.2"', '"^6.0"')),
        (
            {"pyproject.toml": POETRY, "poetry.lock": POETRY_LOCK},
            ('django = "^5.2"', 'django = "^5.2"\npillow = "*"'),
        ),
        (
            {"pyproject.toml": POETRY, "poetry.lock": POETRY_LOCK.replace("made up", "ab" * 32)},
            ("x", "x"),
        ),
        (
            {"Pipfile": PIPFILE, "Pipfile.lock": PIPFILE_LOCK},
            ('django = "*"', 'django = "*"\npillow = "*"'),
        ),
        (
            {"Pipfile": PIPFILE, "Pipfile.lock": PIPFILE_LOCK.replace("made up", "cd" * 32)},
            ("x", "x"),
        ),
    ],
)
def test_a_lock_that_fell_behind(
    tmp_path: Path, files: dict[str, str], changed: tuple[str, str]
) -> None:
    name = next(iter(files))
    files = {**files, name: files[name].replace(*changed)}

    assert brief(look(tmp_path, {**files, "requirements.txt": None})) == {
        "lockfile-out-of-date": "error"
    }


def test_the_hashes_of_poetry_and_pipenv(tmp_path: Path) -> None:
    # What Poetry 2.4.1 and Pipenv 2026.7.1 wrote for these very files.
    poetry = POETRY_LOCK.replace("made up", POETRY_HASH)
    pipenv = PIPFILE_LOCK.replace("made up", PIPENV_HASH)
    files = {"requirements.txt": None, "pyproject.toml": POETRY, "poetry.lock": poetry}

    assert look(tmp_path / "a", files) == {}
    assert (
        look(tmp_path / "b", {"requirements.txt": None, "Pipfile": PIPFILE, "Pipfile.lock": pipenv})
        == {}
    )


POETRY_HASH = "d224c7bd4c5deb9cb6303f83c7276f19db50dd3595ffa7e4edb94b6197c44acf"
PIPENV_HASH = "affcb0a07151a74f957c24b3a2657d968b27f7932b2a231b390a01173c7bdc74"


def test_a_project_in_a_subfolder(tmp_path: Path) -> None:
    inside = {f"backend/{path}": text for path, text in HEALTHY.items()}
    write(tmp_path, {**inside, ".python-version": "3.13\n", "README.md": "# Hello\n"})

    found = found_in(tmp_path)

    assert brief(found) == {
        "project-not-at-root": "error",
        "no-package-manager-file": "error",
        "procfile-misnamed": "error",
    }
    assert found["no-package-manager-file"].role is Role.CONSEQUENCE
    assert found_in(tmp_path, app="backend") == {}


@pytest.mark.parametrize(
    ("procfile", "expected"),
    [
        ("web: gunicorn mysite.wsgi\n", {"project-not-at-root", "wsgi-module-not-found"}),
        ("web: gunicorn --chdir backend mysite.wsgi\n", set()),
        ("web: cd backend && gunicorn mysite.wsgi\n", set()),
        ("web: gunicorn --pythonpath backend mysite.wsgi\n", set()),
        ('web: gunicorn --pythonpath="$PWD/backend" mysite.wsgi\n', set()),
        ("web: PYTHONPATH=backend gunicorn mysite.wsgi\n", set()),
        ("web: sh -c 'cd backend/ && exec gunicorn mysite.wsgi --log-file -'\n", set()),
    ],
)
def test_a_procfile_may_lead_to_the_subfolder(
    tmp_path: Path, procfile: str, expected: set[str]
) -> None:
    code = {f"backend/{path}": text for path, text in HEALTHY.items() if path.endswith(".py")}
    root = {path: HEALTHY[path] for path in ("requirements.txt", ".python-version")}
    write(tmp_path, {**code, **root, "Procfile": procfile})

    assert set(found_in(tmp_path)) == expected


def test_no_python_is_nobodys_fault(tmp_path: Path) -> None:
    write(tmp_path, {"index.html": "<p>Hello</p>\n", "package.json": "{}\n"})

    assert found_in(tmp_path) == {}


@pytest.mark.parametrize(
    ("platform", "files", "expected"),
    [
        ("render", {"render.yaml": RENDER.format(build="pip install -r requirements.txt")}, set()),
        (
            "render",
            {"render.yaml": RENDER.format(build="pip install -r deps/prod.txt")},
            {"no-package-manager-file"},
        ),
        ("render", {"render.yaml": RENDER.format(build="./build.sh")}, {"start-command-not-found"}),
        (
            "render",
            {
                "render.yaml": RENDER.format(build="bash build.sh"),
                "build.sh": "#!/bin/sh\r\npip install -r requirements.txt\r\n",
            },
            {"crlf-line-endings"},
        ),
        ("fly", {"Dockerfile": IMAGE.format(file="requirements.txt")}, set()),
        ("fly", {"Dockerfile": IMAGE.format(file="requirements*.txt")}, set()),
        (
            "fly",
            {"Dockerfile": IMAGE.format(file="app/requirements.txt")},
            {"no-package-manager-file"},
        ),
    ],
)
def test_a_file_that_other_hosts_are_told_of(
    tmp_path: Path, platform: str, files: dict[str, str], expected: set[str]
) -> None:
    assert set(look(tmp_path, files, platform)) == expected


@pytest.mark.parametrize(
    ("files", "after"),
    [
        ({"requirement.txt": "django\n"}, "django\n"),
        ({"requirements/prod.txt": "django\n"}, "-r requirements/prod.txt\n"),
        ({"requirements-dev.txt": "django\n"}, None),
        ({"backend/requirements.txt": "django\n"}, None),
    ],
)
def test_the_list_is_put_where_the_host_looks(
    tmp_path: Path, files: dict[str, str], after: str | None
) -> None:
    fix = look(tmp_path, {"requirements.txt": None, **files})["no-package-manager-file"].fix

    assert (None if fix is None else (fix.changes[-1].path, fix.changes[-1].after)) == (
        None if after is None else ("requirements.txt", after)
    )


@pytest.mark.parametrize("app", [None, "site"])
def test_a_service_with_a_root_of_its_own(tmp_path: Path, app: str | None) -> None:
    inside = {f"site/{path}": text for path, text in HEALTHY.items() if path != "Procfile"}
    build = "pip install -r requirements.txt && python manage.py collectstatic"
    render = RENDER.format(build=build) + "    rootDir: site\n    preDeployCommand: bash go.sh\n"
    write(tmp_path, {**inside, "render.yaml": render, "site/go.sh": "python manage.py migrate\n"})

    assert found_in(tmp_path, "render", app) == {}
