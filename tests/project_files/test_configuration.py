"""Procfile, Dockerfile, app.json and the hosts' own files."""

from pathlib import Path

import pytest

from tests.project_files.reading import contents
from wherry.platforms import hosts
from wherry.project.gunicorn_config import read_config
from wherry.project.host_python import host_python
from wherry.project.texts import Text, decode


def test_a_procfile(tmp_path: Path) -> None:
    found = contents(
        tmp_path,
        {
            "Procfile": "# a comment\r\nweb: gunicorn a.wsgi\r\n\r\n"
            "release:python manage.py migrate\r\nnonsense\r\n"
        },
    ).procfile

    assert found is not None
    assert {name: (item.command, item.line) for name, item in found.processes.items()} == {
        "web": ("gunicorn a.wsgi", 2),
        "release": ("python manage.py migrate", 4),
    }
    assert [(item.kind, item.line) for item in found.problems] == [("syntax", 5)]


def test_start_scripts_are_looked_into(tmp_path: Path) -> None:
    server = contents(
        tmp_path,
        {
            "Procfile": "web: bash scripts/start.sh\n",
            "scripts/start.sh": "#!/bin/bash\nset -e\nexport A=1\ncd site\nsource ../env.sh\n"
            "exec gunicorn x.wsgi --workers=3 -t 90 --preload\n",
            "env.sh": "B=2\n",
        },
    ).server("heroku")

    assert server is not None
    assert (server.module, server.workers, server.timeout_s, server.preload) == (
        "x.wsgi",
        3,
        90,
        True,
    )
    assert server.folder == "site"
    assert server.env == {"A": "1"}
    assert server.handed_over


@pytest.mark.parametrize(
    ("command", "expected"),
    [
        ("gunicorn a.b:c -w4 -k gevent", ("gunicorn", "a.b", "c", 4)),
        ("gunicorn --workers 2 a", ("gunicorn", "a", "", 2)),
        ("gunicorn -w ${WEB_CONCURRENCY:-3} a", ("gunicorn", "a", "", None)),
        ("gunicorn -w ${WORKERS:-3} a", ("gunicorn", "a", "", 3)),
        ("GUNICORN_CMD_ARGS='-w 5' gunicorn a", ("gunicorn", "a", "", 5)),
        ("uvicorn a:b --workers 2 --reload", ("uvicorn", "a", "b", 2)),
        (
            "daphne a.asgi:application -p $PORT -b 0.0.0.0",
            ("daphne", "a.asgi", "application", None),
        ),
        ("hypercorn a:b -b 0.0.0.0:$PORT -w 2", ("hypercorn", "a", "b", 2)),
        ("waitress-serve --port=$PORT a:b", ("waitress", "a", "b", None)),
        ("granian --interface wsgi a:b --host 0.0.0.0", ("granian", "a", "b", None)),
        ("wherry serve a.wsgi", ("wherry", "a.wsgi", "", None)),
        ("python manage.py runserver 0.0.0.0:$PORT", ("runserver", "", "", None)),
        ("flask --app a:b run -h 0.0.0.0", ("flask", "a", "b", None)),
        ("python app.py", ("script", "", "", None)),
        ("uwsgi --http :$PORT --module a.wsgi -p 4", ("uwsgi", "a.wsgi", "", 4)),
    ],
)
def test_servers(tmp_path: Path, command: str, expected: tuple[str, str, str, int | None]) -> None:
    server = contents(tmp_path, {"Procfile": f"web: {command}\n"}).server("heroku")

    assert server is not None
    assert (server.kind, server.module, server.attribute, server.workers) == expected


@pytest.mark.parametrize(
    "command", ["node index.js", "python manage.py migrate", "echo gunicorn", "./run"]
)
def test_no_server(tmp_path: Path, command: str) -> None:
    assert contents(tmp_path, {"Procfile": f"web: {command}\n"}).server("heroku") is None


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("workers = 3", 3),
        ("workers = 2 * 2 + 1", 5),
        ("import os\nworkers = int(os.environ.get('WORKERS', 4))", 4),
        ("import os\nworkers = int(os.environ.get('WEB_CONCURRENCY', 4))", None),
        ("import multiprocessing\nworkers = multiprocessing.cpu_count() * 2 + 1", (2, 1)),
        ("from multiprocessing import cpu_count\nn = cpu_count()\nworkers = n", (1, 0)),
        ("workers = choose()", None),
        ("if x:\n    workers = 3", None),
        ("def f():\n    workers = 3", None),
        ("workers = = 3", None),
    ],
)
def test_gunicorns_own_file(line: str, expected: object) -> None:
    text = Text("gunicorn.conf.py", f"{line}\n", "utf-8", marked=False)

    assert read_config(text).values.get("workers") == expected


def test_gunicorn_finds_its_file_by_itself(tmp_path: Path) -> None:
    files = {"Procfile": "web: gunicorn a\n", "gunicorn.conf.py": "threads = 4\nworkers = 1\n"}
    server = contents(tmp_path, files).server("heroku")

    assert server is not None
    assert (server.workers, server.threads, server.config) == (1, 4, "gunicorn.conf.py")
    assert server.at("threads").line == 1


DOCKER = """ARG VERSION=3.12
FROM node:20 AS front
RUN npm ci
FROM python:${VERSION}-slim AS base
ENV A=1 B="two words"
ENV C three
FROM base
# a comment
WORKDIR /srv/app
RUN pip install \\
    # in between
    gunicorn && \\
    pip install -r requirements.txt
COPY --from=front /dist /static
COPY --chown=me backend/ ./
EXPOSE 8000
CMD ["gunicorn", "a.wsgi", "-b", "0.0.0.0:8000"]
"""


def test_a_dockerfile(tmp_path: Path) -> None:
    found = contents(tmp_path, {"Dockerfile": DOCKER, "backend/a/wsgi.py": ""})
    dockerfile = found.dockerfile

    assert dockerfile is not None
    assert dockerfile.python == (3, 12)
    assert dockerfile.env == {"A": "1", "B": "two words", "C": "three"}
    assert [stage.image for stage in dockerfile.stages] == ["node:20", "python:3.12-slim", "base"]
    assert dockerfile.named("RUN")[1].line == 10
    assert host_python(found, hosts.get("fly")) == (3, 12)
    server = found.server("fly")
    assert server is not None
    assert (server.folder, server.binds) == ("backend", ("0.0.0.0:8000",))


RENDER = """services:
  - type: web
    name: x
    runtime: python
    rootDir: ./backend
    buildCommand: pip install -r requirements.txt
    startCommand: gunicorn r.wsgi
    healthCheckPath: /up
    envVars:
      - key: PYTHON_VERSION
        value: 3.11.9
      - key: SECRET_KEY
        generateValue: true
"""


def test_hosts_files(tmp_path: Path) -> None:
    found = contents(
        tmp_path,
        {
            "fly.toml": 'app = "x"\n[env]\n  PORT = "8080"\n'
            "[http_service]\n  internal_port = 8080\n"
            '[[http_service.checks]]\n  path = "/health"\n[processes]\n  app = "gunicorn f.wsgi"\n'
            '  worker = "celery"\n[[vm]]\n  memory = "512mb"\n',
            "render.yaml": RENDER,
            "railway.json": '{"deploy": {"startCommand": "gunicorn w.wsgi",'
            ' "healthcheckPath": "/h"}}',
            "app.json": '{"env": {"A": "1", "B": {"value": "2"}, "C": {"generator": "secret"}}}',
        },
    )

    fly, render, railway = found.services
    assert (fly.port, fly.health_path, fly.size) == (8080, "/health", "512mb")
    assert (render.root, render.health_path, render.lines["start_command"]) == ("backend", "/up", 7)
    assert railway.health_path == "/h"
    modules = {}
    for platform in ("fly", "render", "railway"):
        server = found.server(platform)
        modules[platform] = None if server is None else server.module
    assert modules == {"fly": "f.wsgi", "render": "r.wsgi", "railway": "w.wsgi"}
    assert found.environment("fly") == {"PORT": "8080"}
    assert found.environment("render") == {"PYTHON_VERSION": "3.11.9", "SECRET_KEY": None}
    assert found.environment("heroku") == {"A": "1", "B": "2", "C": None}
    assert host_python(found, hosts.get("render")) == (3, 11)
    assert host_python(found, hosts.get("heroku")) == (3, 14)


@pytest.mark.parametrize(
    "files",
    [
        {"app.json": "{"},
        {"app.json": "[1, 2]"},
        {"fly.toml": "app = "},
        {"render.yaml": "services: [unclosed"},
        {"render.yaml": "services: 3\n"},
        {"render.yaml": "a: &a [*a, *a]\n"},
        {"railway.json": '"text"'},
        {"Dockerfile": "RUN nothing\n"},
        {"Procfile": b"\xff\xfe\x00\x01\x02"},
        {"heroku.yml": "build: docker\n"},
        {"app.json": "[" * 100_000},
        {"fly.toml": "a = " + "[" * 100_000},
    ],
)
def test_what_cannot_be_read_is_no_trouble(tmp_path: Path, files: dict[str, str | bytes]) -> None:
    found = contents(tmp_path, files)

    assert found.server("heroku") is None
    assert found.server("fly") is None
    assert found.services is not None
    assert found.app_json is None or found.app_json.buildpacks == ()


def test_the_base_may_be_a_subfolder(tmp_path: Path) -> None:
    files = {
        "a/Procfile": "web: gunicorn x.wsgi\n",
        "a/requirements.txt": "d\n",
        "Procfile": "web: no\n",
    }
    found = contents(tmp_path, files, base="a")
    server = found.server("heroku")

    assert server is not None
    assert (server.module, server.folder, server.where.path) == ("x.wsgi", "a", "a/Procfile")
    assert found.requirements.file == "a/requirements.txt"


@pytest.mark.parametrize(
    ("data", "encoding", "content"),
    [
        (b"abc", "utf-8", "abc"),
        (b"\xef\xbb\xbfabc", "utf-8", "abc"),
        ("abc\n".encode("utf-16"), "utf-16-le", "abc\n"),
        ("abcd".encode("utf-16-be"), "utf-16-be", "abcd"),
        (b"caf\xe9", "latin-1", "caf\xe9"),
        (b"", "utf-8", ""),
    ],
)
def test_texts(data: bytes, encoding: str, content: str) -> None:
    text = decode("a.txt", data)

    assert text is not None
    assert (text.encoding, text.content) == (encoding, content)


@pytest.mark.parametrize("data", [b"\x89HDF\r\n\x1a\n\x00\x00", b"\0" * 100, b"PK\x03\x04\0\0"])
def test_no_texts(data: bytes) -> None:
    assert decode("a.h5", data) is None
