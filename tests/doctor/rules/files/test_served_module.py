"""The module, the variable and the settings that the start command leads to."""

from pathlib import Path

import pytest

from tests.doctor.rules.files.looking import ASGI, HEALTHY, WSGI, brief, look

REQUIREMENTS = HEALTHY["requirements.txt"]
UVICORN = {"requirements.txt": "Django==5.2.8\nuvicorn==0.38.0\n"}


@pytest.mark.parametrize(
    ("files", "expected"),
    [
        ({"Procfile": "web: gunicorn myproject.wsgi\n"}, "wsgi-module-not-found"),
        ({"Procfile": "web: gunicorn Mysite.wsgi\n"}, "wsgi-module-not-found"),
        ({"Procfile": "web: gunicorn mysite.wgsi --log-file -\n"}, "wsgi-module-not-found"),
        ({"Procfile": "web: gunicorn mysite/wsgi.py\n"}, "wsgi-module-not-found"),
        ({"Procfile": "web: gunicorn wsgi\n"}, "wsgi-module-not-found"),
        ({"Procfile": "web: gunicorn wsgi.py\n", "wsgi.py": WSGI}, "wsgi-module-not-found"),
        ({"Procfile": "web: gunicorn --log-file -\n"}, "wsgi-module-not-found"),
        ({"Procfile": "web: gunicorn mysite.wsgi:app\n"}, "wsgi-attribute-not-found"),
        (
            {"mysite/wsgi.py": "def application_of():\n    application = 1\n"},
            "wsgi-attribute-not-found",
        ),
        (
            {
                "Procfile": "web: gunicorn app:app\n",
                "app.py": "from flask import Flask\nsite = 1\n",
            },
            "wsgi-attribute-not-found",
        ),
        ({"Procfile": "web: gunicorn mysite.asgi\n"}, "wsgi-asgi-mixed-up"),
        ({"mysite/wsgi.py": WSGI, ".gitignore": "wsgi.py\n"}, "wsgi-module-not-found"),
        (
            {"mysite/wsgi.py": WSGI.replace("mysite.settings", "mysite.setings")},
            "settings-module-not-found",
        ),
        (
            {"mysite/wsgi.py": WSGI.replace("mysite.settings", "mysite.settings.production")},
            "settings-module-not-found",
        ),
        (
            {
                "mysite/wsgi.py": WSGI.replace("mysite.settings", "mysite.local"),
                "mysite/local.py": "",
                ".gitignore": "local.py\n",
            },
            "settings-module-not-found",
        ),
        (
            {"Procfile": "web: DJANGO_SETTINGS_MODULE=mysite.prod gunicorn mysite.wsgi\n"},
            "settings-module-not-found",
        ),
        (
            {"app.json": '{"env": {"DJANGO_SETTINGS_MODULE": {"value": "mysite.prod"}}}'},
            "settings-module-not-found",
        ),
    ],
)
def test_what_is_not_there(
    tmp_path: Path, files: dict[str, str | bytes | None], expected: str
) -> None:
    assert brief(look(tmp_path, files)) == {expected: "error"}


@pytest.mark.parametrize(
    "files",
    [
        {"Procfile": "web: gunicorn mysite.wsgi:application --workers 2 -t 60\n"},
        {"Procfile": "web: gunicorn -w 2 -b :$PORT mysite.wsgi --preload --log-level debug\n"},
        {
            "Procfile": "web: bin/start.sh\n",
            "bin/start.sh": "gunicorn mysite.wsgi\n",
            "bin/post_compile": "chmod +x bin/start.sh\n",
        },
        {"Procfile": "web: gunicorn -c conf.py\n", "conf.py": 'wsgi_app = "mysite.wsgi"\n'},
        {
            "Procfile": "web: gunicorn -c conf.py\n",
            "conf.py": "from settings import *\nwsgi_app = name()\n",
        },
        {"Procfile": "web: gunicorn $MODULE\n"},
        {
            "Procfile": "web: newrelic-admin run-program gunicorn mysite.wsgi\n",
            "requirements.txt": REQUIREMENTS + "newrelic==11.1.0\n",
        },
        {"Procfile": "web: poetry run gunicorn mysite.wsgi\n"},
        {"Procfile": "web: python -m gunicorn mysite.wsgi\n"},
        {
            "Procfile": "web: gunicorn 'app:create_app()'\n",
            "app.py": "def create_app():\n    pass\n",
        },
        {
            "Procfile": "web: gunicorn app:app\n",
            "app/__init__.py": "from app.main import app\n",
            "app/main.py": "app = 1\n",
        },
        {
            "Procfile": "web: gunicorn app:server\n",
            "app.py": "import dash\napp = dash.Dash()\nserver = app.server\n",
        },
        {
            "Procfile": "web: gunicorn app:app\n",
            "app.py": "from core import *\n",
            "core.py": "app = 1\n",
        },
        {
            "Procfile": "web: gunicorn app:app\n",
            "app.py": "try:\n    app = 1\nexcept ImportError:\n    app = 2\n",
        },
        {
            "mysite/wsgi.py": "import os\n\nif os.environ.get('X'):\n    application = 1\n"
            "else:\n    application = 2\n"
        },
        {"mysite/wsgi.py": "# -*- coding: utf-8 -*-\ndef broken(:\n"},
        {
            "Procfile": "web: gunicorn other.wsgi\n",
            "requirements.txt": REQUIREMENTS + "other==1.0\n",
        },
        {
            "Procfile": "web: gunicorn app.wsgi\n",
            "src/app/__init__.py": "",
            "src/app/wsgi.py": WSGI,
            "pyproject.toml": '[build-system]\nrequires = ["setuptools"]\n',
            "requirements.txt": f"-e .\n{REQUIREMENTS}",
            "setup.cfg": "[options]\ninstall_requires =\n  six\n",
        },
        {
            "mysite/wsgi.py": WSGI.replace("mysite.settings", "mysite.conf.prod"),
            "mysite/conf/__init__.py": "",
            "mysite/conf/prod.py": "",
        },
        {
            "mysite/wsgi.py": WSGI.replace("mysite.settings", "mysite.conf.prod"),
            "mysite/conf/prod.py": "",
        },
        {
            "mysite/wsgi.py": WSGI.replace("mysite.settings", "mysite.gone"),
            "app.json": '{"env": {"DJANGO_SETTINGS_MODULE": {"required": true}}}',
        },
        {"mysite/wsgi.py": WSGI.replace('"mysite.settings"', "NAME")},
        {
            **UVICORN,
            "Procfile": "web: uvicorn mysite.asgi:application --host 0.0.0.0 --port $PORT"
            " --timeout-keep-alive 95\n",
        },
        {"Procfile": "web: gunicorn mysite.asgi -k uvicorn_worker.UvicornWorker --keep-alive 95\n"},
    ],
)
def test_what_is_there(tmp_path: Path, files: dict[str, str | bytes | None]) -> None:
    assert look(tmp_path, files) == {}


def test_uvicorn_does_not_call_wsgi(tmp_path: Path) -> None:
    command = "uvicorn mysite.wsgi:application --host 0.0.0.0 --port $PORT --timeout-keep-alive 95"

    assert brief(look(tmp_path, {**UVICORN, "Procfile": f"web: {command}\n"})) == {
        "wsgi-asgi-mixed-up": "error"
    }


@pytest.mark.parametrize(
    ("procfile", "after"),
    [
        ("web: gunicorn myproject.wsgi -w 2\n", "web: gunicorn mysite.wsgi -w 2\n"),
        ("web: gunicorn mysite/wsgi.py\n", "web: gunicorn mysite.wsgi\n"),
        ("web: gunicorn x.wsgi:application\n", "web: gunicorn mysite.wsgi:application\n"),
        ("web: gunicorn mysite.wsgi:app\n", "web: gunicorn mysite.wsgi:application\n"),
    ],
)
def test_the_right_name_is_written(tmp_path: Path, procfile: str, after: str) -> None:
    (finding,) = look(tmp_path, {"Procfile": procfile}).values()

    assert finding.fix is not None
    assert finding.fix.changes[0].after == after


def test_two_projects_have_no_right_name(tmp_path: Path) -> None:
    files = {"Procfile": "web: gunicorn x.wsgi\n", "other/__init__.py": "", "other/wsgi.py": WSGI}

    assert look(tmp_path, files)["wsgi-module-not-found"].fix is None


def test_an_image_starts_where_its_code_was_copied(tmp_path: Path) -> None:
    docker = "FROM python:3.13-slim\nWORKDIR /srv\n{copy}\nCMD gunicorn mysite.wsgi -b :$PORT\n"

    for copy, expected in (
        ("COPY . .", set()),
        ("COPY . /srv/", set()),
        ("COPY mysite /elsewhere", set()),
        ("COPY inner .", {"wsgi-module-not-found"}),
    ):
        files = {"Dockerfile": docker.format(copy=copy), "inner/x.py": "", "Procfile": None}
        assert set(look(tmp_path, files, "cloud-run")) == expected, copy


def test_asgi_is_found_as_well(tmp_path: Path) -> None:
    files = {
        "requirements.txt": "Django==5.2.8\ndaphne==4.2.1\n",
        "Procfile": "web: daphne -b 0.0.0.0 -p $PORT site.asgi:application\n",
        "mysite/asgi.py": ASGI,
    }
    (finding,) = look(tmp_path, files).values()

    assert finding.cause.name == "wsgi-module-not-found"
    assert finding.fix is not None
    assert "mysite.asgi:application" in (finding.fix.changes[0].after or "")
