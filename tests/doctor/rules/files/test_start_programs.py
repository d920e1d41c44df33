"""Programs and scripts that a start command runs."""

import os
from pathlib import Path

import pytest

from tests.doctor.rules.files.looking import HEALTHY, brief, found_in, look, write

DJANGO = "Django==5.2.8\n"


@pytest.mark.parametrize(
    ("files", "expected"),
    [
        ({"requirements.txt": DJANGO}, "gunicorn-not-installed"),
        (
            {"requirements.txt": f"{DJANGO}gunicorn==23.0.0; sys_platform == 'win32'\n"},
            "gunicorn-not-installed",
        ),
        ({"requirements.txt": f"{DJANGO}# gunicorn==23.0.0\n"}, "gunicorn-not-installed"),
        (
            {
                "requirements.txt": DJANGO,
                "Procfile": "web: uvicorn mysite.asgi:application --host 0.0.0.0 --port $PORT"
                " --timeout-keep-alive 95\n",
            },
            "start-command-not-found",
        ),
        ({"Procfile": "web: npm start\n"}, "start-command-not-found"),
        ({"Procfile": "web: bash start.sh\n"}, "start-command-not-found"),
        ({"Procfile": "web: ./start.sh\n"}, "start-command-not-found"),
        ({"Procfile": "web: python app.py\n"}, "start-command-not-found"),
        (
            {"Procfile": "web: ./start.sh\n", "start.sh": "#!/bin/sh\ngunicorn mysite.wsgi\n"},
            "start-command-not-found",
        ),
        (
            {"Procfile": "web: gunicorn mysite.wsgi\nrelease: python src/manage.py migrate\n"},
            "release-phase-failed",
        ),
        (
            {"Procfile": "web: gunicorn mysite.wsgi\nrelease: ./release.sh\n"},
            "release-phase-failed",
        ),
        (
            {"Procfile": "web: gunicorn mysite.wsgi\nworker: celery -A mysite worker\n"},
            "start-command-not-found",
        ),
    ],
)
def test_what_cannot_run(
    tmp_path: Path, files: dict[str, str | bytes | None], expected: str
) -> None:
    assert brief(look(tmp_path, files)) == {expected: "error"}


@pytest.mark.parametrize(
    "files",
    [
        {"requirements.txt": f"{DJANGO}gunicorn[gevent]>=20.1\n"},
        {"requirements.txt": f"{DJANGO}-r more.txt\n", "more.txt": "Gunicorn\n"},
        {"requirements.txt": "django-heroku==0.3.1\n"},
        # Not all that is installed can be read.
        {
            "requirements.txt": f"{DJANGO}git+https://github.com/a/b.git\n"[: len(DJANGO)]
            + "-r ../x.txt\n"
        },
        {"Procfile": "web: gunicorn mysite.wsgi\nrelease: python manage.py migrate --noinput\n"},
        {"Procfile": "web: sh -c 'python manage.py migrate && gunicorn mysite.wsgi'\n"},
        {
            "Procfile": "web: bash ./start.sh\n",
            "start.sh": "#!/bin/bash\nexec gunicorn mysite.wsgi\n",
        },
        {"Procfile": "web: bin/start-pgbouncer gunicorn mysite.wsgi\n"},
        {"Procfile": "web: python -m gunicorn mysite.wsgi\n"},
        {
            "Procfile": "web: gunicorn mysite.wsgi\nclock: python clock.py\n",
            "clock.py": "import time\n",
        },
        {"Procfile": "web: $START\n"},
        {
            "Procfile": "release: chmod u+x go.sh && ./go.sh\nweb: gunicorn mysite.wsgi\n",
            "go.sh": "python manage.py migrate\n",
        },
    ],
)
def test_what_can_run(tmp_path: Path, files: dict[str, str | bytes | None]) -> None:
    assert look(tmp_path, files) == {}


def test_a_script_that_may_run(tmp_path: Path) -> None:
    write(tmp_path, {"start.sh": "#!/bin/sh\nexec gunicorn mysite.wsgi\n"})
    (tmp_path / "start.sh").chmod(0o755)

    assert look(tmp_path, {"Procfile": "web: ./start.sh\n"}) == {}
    assert os.access(tmp_path / "start.sh", os.X_OK)


def test_gunicorn_is_added_to_a_plain_list_only(tmp_path: Path) -> None:
    fix = look(tmp_path, {"requirements.txt": "Django==5.2.8"})["gunicorn-not-installed"].fix

    assert fix is not None
    assert fix.changes[0].after == "Django==5.2.8\ngunicorn==23.0.0\n"


@pytest.mark.parametrize(
    ("pin", "python", "expected"),
    [
        ("gunicorn==20.1.0", "3.13", True),
        ("gunicorn==20.0.4", "3.14", True),
        ("gunicorn==19.9.0", "3.13", True),
        # Heroku brings setuptools along on these.
        ("gunicorn==20.1.0", "3.12", False),
        ("gunicorn==21.2.0", "3.13", False),
        ("gunicorn>=20.1", "3.13", False),
        ("gunicorn==20.1.0\nsetuptools<81", "3.13", False),
        ("gunicorn==20.1.0\nsetuptools==70.0.0", "3.13", False),
        ("gunicorn==20.1.0\nsetuptools==82.0.0", "3.13", True),
    ],
)
def test_old_gunicorn(tmp_path: Path, pin: str, python: str, expected: bool) -> None:
    found = look(
        tmp_path, {"requirements.txt": f"{DJANGO}{pin}\n", ".python-version": f"{python}\n"}
    )

    assert brief(found) == ({"gunicorn20-no-pkg-resources": "error"} if expected else {})
    if expected:
        fix = found["gunicorn20-no-pkg-resources"].fix
        assert fix is not None
        assert "gunicorn==23.0.0\n" in (fix.changes[0].after or "")


def test_a_dockerfile_may_install_it_by_itself(tmp_path: Path) -> None:
    docker = "FROM python:3.13\nWORKDIR /a\nCOPY . .\nRUN pip install -r requirements.txt{more}\n"
    start = "CMD gunicorn mysite.wsgi -b 0.0.0.0:$PORT\n"
    files = {"requirements.txt": DJANGO, "Procfile": None}

    with_it = {**files, "Dockerfile": docker.format(more=" gunicorn") + start}
    without = {**files, "Dockerfile": docker.format(more="") + start}
    assert look(tmp_path / "a", with_it, "fly") == {}
    assert brief(look(tmp_path / "b", without, "fly")) == {"gunicorn-not-installed": "error"}


@pytest.mark.parametrize(
    ("files", "expected"),
    [
        (
            {
                "Procfile": "web: bash start.sh\n",
                "start.sh": "#!/bin/bash\r\ngunicorn mysite.wsgi\r\n",
            },
            True,
        ),
        ({"bin/post_compile": "#!/bin/sh\r\necho done\r\n"}, True),
        (
            {"Procfile": "web: bash start.sh\n", "start.sh": "#!/bin/bash\ngunicorn mysite.wsgi\n"},
            False,
        ),
        (
            {
                "Procfile": "web: bash start.sh\n",
                "start.sh": "#!/bin/bash\r\ngunicorn mysite.wsgi\r\n",
                ".gitattributes": "* text=auto\n",
            },
            False,
        ),
        ({"scripts/local.sh": "#!/bin/sh\r\necho\r\n"}, False),
        ({"manage.py": HEALTHY["manage.py"].replace("\n", "\r\n")}, False),
    ],
)
def test_windows_line_endings(
    tmp_path: Path, files: dict[str, str | bytes | None], expected: bool
) -> None:
    found = look(tmp_path, files)

    assert brief(found) == ({"crlf-line-endings": "error"} if expected else {})
    if expected:
        fix = found["crlf-line-endings"].fix
        assert fix is not None
        assert "\r" not in (fix.changes[0].after or "")


def test_an_entry_point_with_windows_line_endings(tmp_path: Path) -> None:
    files = {
        "Dockerfile": 'FROM python:3.13\nWORKDIR /a\nCOPY . .\nENTRYPOINT ["/a/go.sh"]\n',
        "go.sh": "#!/bin/sh\r\nexec gunicorn mysite.wsgi -b 0.0.0.0:8080\r\n",
        "Procfile": None,
    }
    write(tmp_path, {**HEALTHY, **files})

    assert brief(found_in(tmp_path, "cloud-run")) == {"crlf-line-endings": "error"}


_WINDOWS = "#!/bin/bash\r\nset -e\r\nexec gunicorn mysite.wsgi -b 0.0.0.0:8080\r\n"
_IMAGE = "FROM python:3.13\nWORKDIR /app\nCOPY . .\n"
_RENDER = """services:
  - type: web
    name: a
    runtime: python
    buildCommand: {build}
    startCommand: gunicorn mysite.wsgi
"""


@pytest.mark.parametrize(
    ("platform", "files"),
    [
        ("heroku:eco", {"Procfile": "web: gunicorn mysite.wsgi\nrelease: ./go.sh\n"}),
        ("heroku:eco", {"Procfile": "web: sh outer.sh\n", "outer.sh": "#!/bin/sh\n. ./go.sh\n"}),
        ("render", {"render.yaml": _RENDER.format(build="chmod +x go.sh && ./go.sh")}),
        ("railway", {"Procfile": "web: bash go.sh\n"}),
        ("dokku", {"app.json": '{"scripts": {"dokku": {"predeploy": "bash go.sh"}}}'}),
        ("railway", {"Procfile": "web: ./go.sh\n", ".gitattributes": "*.sh text eol=crlf\n"}),
        ("railway", {"Procfile": "web: ./go.sh\n", ".gitattributes": "*.sh -text\n"}),
        ("railway", {"railway.json": '{"deploy": {"startCommand": "bash go.sh"}}'}),
        ("cloud-run", {"Dockerfile": f"{_IMAGE}RUN bash go.sh\nCMD gunicorn mysite.wsgi\n"}),
        ("cloud-run", {"Dockerfile": f'{_IMAGE}COPY go.sh /bin/run\nENTRYPOINT ["run"]\n'}),
        (
            "fly",
            {
                "Dockerfile": f"{_IMAGE}CMD gunicorn mysite.wsgi -b :8080\n",
                "fly.toml": "app = 'a'\n[deploy]\nrelease_command = 'sh go.sh'\n",
            },
        ),
    ],
)
def test_windows_line_endings_wherever_a_script_is_run(
    tmp_path: Path, platform: str, files: dict[str, str | bytes | None]
) -> None:
    named = {"Procfile": None, "go.sh": _WINDOWS, **files}
    assert "crlf-line-endings" in look(tmp_path, named, platform)


@pytest.mark.parametrize(
    ("platform", "files"),
    [
        (
            "cloud-run",
            {"Dockerfile": f"{_IMAGE}RUN sed -i 's/\\r$//' go.sh\nENTRYPOINT [\"./go.sh\"]\n"},
        ),
        (
            "cloud-run",
            {"Dockerfile": f'{_IMAGE}RUN dos2unix /app/go.sh\nENTRYPOINT ["/app/go.sh"]\n'},
        ),
        (
            "render",
            {"render.yaml": _RENDER.format(build="sed -i 's/\\r//' go.sh && bash go.sh")},
        ),
        ("cloud-run", {"Dockerfile": f"{_IMAGE}CMD gunicorn mysite.wsgi\n"}),
        ("railway", {"Procfile": "web: gunicorn mysite.wsgi\n"}),
        ("railway", {"Procfile": "web: ./go.sh\n", ".gitattributes": "*.sh text eol=lf\n"}),
    ],
)
def test_windows_line_endings_that_are_mended_or_never_read(
    tmp_path: Path, platform: str, files: dict[str, str | bytes | None]
) -> None:
    named = {"Procfile": None, "go.sh": _WINDOWS, **files}
    assert "crlf-line-endings" not in look(tmp_path, named, platform)


@pytest.mark.parametrize(
    ("command", "expected"), [("pip install -r requirements.txt", True), ("echo done", False)]
)
def test_renders_usual_build_script(tmp_path: Path, command: str, expected: bool) -> None:
    found = look(tmp_path, {"build.sh": f"#!/bin/sh\r\n{command}\r\n"}, "render")
    assert ("crlf-line-endings" in found) is expected


POETRY = """[tool.poetry]
name = "a"
[tool.poetry.dependencies]
python = "~3.12"
django = "^5.2"
{main}
[tool.poetry.group.dev.dependencies]
{dev}
"""
LOCK = """[[package]]
name = "django"
version = "5.2.8"

[[package]]
name = "gunicorn"
version = "23.0.0"

[metadata]
lock-version = "2.0"
python-versions = "~3.12"
"""


@pytest.mark.parametrize(
    ("main", "dev", "missing"),
    [
        ("", 'gunicorn = "^23.0"', True),
        ('gunicorn = "^23.0"', "", False),
        ('gunicorn = "^23.0"', 'gunicorn = "^23.0"', False),
        # Something that is required brings it along.
        ("", 'black = "^25.0"', False),
    ],
)
def test_a_server_for_development_only(tmp_path: Path, main: str, dev: str, missing: bool) -> None:
    files = {
        "requirements.txt": None,
        "pyproject.toml": POETRY.format(main=main, dev=dev),
        "poetry.lock": LOCK,
    }
    assert ("gunicorn-not-installed" in look(tmp_path, files)) is missing


def test_a_procfile_of_another_name_is_read_all_the_same(tmp_path: Path) -> None:
    files = {
        "Procfile": None,
        "Procfile.txt": "web: gunicorn mysite.wsgi\n",
        "requirements.txt": DJANGO,
    }
    assert set(look(tmp_path, files)) == {"procfile-misnamed", "gunicorn-not-installed"}
