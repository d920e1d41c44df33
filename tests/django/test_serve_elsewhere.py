"""The same site under other servers and commands: gunicorn, runserver, migrate."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.django.serving import WSGI, Server, free_port, make_site, until

GUNICORN = [sys.executable, "-m", "gunicorn", "project.wsgi", "--bind", "127.0.0.1:0"]
EXPECTED = b"[[0."

LOADED_EARLY = f"""{WSGI}
from wherry.django import get_model
get_model("dense").predict([[0.0] * 16])
"""


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_site(tmp_path_factory.mktemp("site"))


@pytest.mark.parametrize("worker", [["--workers", "2"], ["--threads", "4"]])
def test_gunicorn_serves_it(site: Path, worker: list[str]) -> None:
    """Nothing is loaded before the first request, which is answered like any other."""
    with Server([*GUNICORN, *worker], site, {}) as server:
        assert server.get("/state").json()["model"] == "waiting"
        assert server.get("/predict").body.startswith(EXPECTED)
        answer = server.post("/v1/models/dense:predict", {"instances": [[0.5] * 16]})
        assert answer.status == 200


def test_model_loaded_before_a_fork_is_refused_with_a_sentence(tmp_path: Path) -> None:
    """gunicorn --preload with a site that predicts while it is imported: no hang, no 200."""
    site = make_site(tmp_path / "site", wsgi=LOADED_EARLY)
    with Server([*GUNICORN, "--preload"], site, {}) as server:
        for _ in range(2):
            answer = server.post("/v1/models/dense:predict", {"instances": [[0.5] * 16]})
            assert answer.status >= 500
            assert "before this one was forked" in answer.json()["error"]
            assert "--preload" in answer.json()["error"]


def test_preload_without_a_loaded_model_is_fine(site: Path) -> None:
    """Each worker loads for itself."""
    with Server([*GUNICORN, "--preload", "--workers", "2"], site, {}) as server:
        for _ in range(4):
            assert server.get("/predict").body.startswith(EXPECTED)


def test_runserver_loads_in_the_serving_process_only(site: Path) -> None:
    """The reloader's parent, which imports the site as well, holds no model."""
    port = free_port()
    command = [sys.executable, "-u", "manage.py", "runserver", str(port)]
    with Server(command, site, {}) as server:
        server.wait_for(r"development server at http://127.0.0.1:\d+")
        until(lambda: len(server.workers()) == 1)
        assert server.get("/predict").body.startswith(EXPECTED)
        (child,) = server.workers()
        assert server.get("/state").json()["pid"] == child
        assert "litert" in Path(f"/proc/{child}/maps").read_text()
        assert "litert" not in Path(f"/proc/{server.process.pid}/maps").read_text()


def test_migrate_loads_no_model(site: Path) -> None:
    """A release phase has other things to do."""
    script = (
        "import sys\n"
        "sys.argv = ['manage.py', 'migrate']\n"
        "exec(open('manage.py').read())\n"
        "assert 'wherry.django.apps' in sys.modules\n"
        "assert not [name for name in sys.modules if 'litert' in name], 'loaded'\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", script],
        cwd=site,
        env={**os.environ, "PYTHONPATH": str(site), "DJANGO_SETTINGS_MODULE": "project.settings"},
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    assert done.returncode == 0, done.stderr
