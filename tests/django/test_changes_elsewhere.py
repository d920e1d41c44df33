"""Changes of models under gunicorn: all workers where they share a folder, else each by itself."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests import zoo
from tests.django.serving import REPOSITORY, SETTINGS, Server, make_site, until
from wherry.serving.changes.ledger import Ledger
from wherry.serving.packing import pack

GUNICORN = [
    *(sys.executable, "-m", "gunicorn", "project.wsgi", "--bind", "127.0.0.1:0"),
    *("--workers", "2", "--threads", "2"),
]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Versions 1 and 2, and a site that watches."""
    for version in ("1", "2"):
        model = zoo.dense(tmp_path / "dense.onnx", seed=int(version))
        pack(model, tmp_path / version, name="dense", version=version)
    shutil.copytree(tmp_path / "1", tmp_path / "model")
    options = {"PATH": str(tmp_path / "model"), "THREADS": 1, "WATCH": True}
    make_site(tmp_path / "site", settings=SETTINGS % options)
    return tmp_path


def versions(server: Server) -> set[str]:
    """Return what answers, over enough connections to meet both workers."""
    return {server.get("/v2/models/dense").json()["versions"][0] for _ in range(24)}


def pids(server: Server) -> set[int]:
    return {server.get("/state").json()["pid"] for _ in range(8)}


def swap(folder: Path, version: str, **environ: str) -> subprocess.CompletedProcess[str]:
    inherited = {key: value for key, value in os.environ.items() if key != "DJANGO_SETTINGS_MODULE"}
    return subprocess.run(
        [sys.executable, "manage.py", "wherry", "swap", "dense", str(folder / version)],
        cwd=folder / "site",
        env={**inherited, "PYTHONPATH": str(REPOSITORY / "src"), **environ},
        capture_output=True,
        text=True,
        check=False,
    )


def test_workers_that_share_a_folder_follow_the_same_orders(folder: Path) -> None:
    """Also one that has not been asked anything when the order comes."""
    state = folder / "state"
    with Server(GUNICORN, folder / "site", {"WHERRY_STATE_FOLDER": str(state)}) as server:
        until(lambda: server.get("/v2/health/ready").status == 200)
        until(lambda: len(Ledger(state).statuses()) >= 1)
        ran = swap(folder, "2", WHERRY_STATE_FOLDER=str(state))
        assert ran.returncode == 0, ran.stderr
        until(lambda: versions(server) == {"2"})
        until(lambda: len(pids(server)) == 2)
        assert server.get("/v2/health/ready").status == 200


def test_workers_without_a_folder_watch_each_for_itself(folder: Path) -> None:
    """And a command finds nobody, and says what to set."""
    with Server(GUNICORN, folder / "site", {"TMPDIR": str(folder)}) as server:
        until(lambda: len(pids(server)) == 2)
        assert versions(server) == {"1"}
        shutil.copytree(folder / "2", folder / "coming")
        shutil.rmtree(folder / "model")
        (folder / "coming").rename(folder / "model")
        until(lambda: versions(server) == {"2"})
        ran = swap(folder, "1", TMPDIR=str(folder))
        assert ran.returncode == 1
        assert "WHERRY_STATE_FOLDER" in ran.stderr


def test_folder_that_others_can_write_to_is_said_to_whoever_asks(folder: Path) -> None:
    """The site stays up, and nobody takes orders from there."""
    state = folder / "state"
    state.mkdir(mode=0o777)
    state.chmod(0o777)
    with Server(GUNICORN, folder / "site", {"WHERRY_STATE_FOLDER": str(state)}) as server:
        until(lambda: server.get("/v2/health/ready").status == 200)
        assert list(state.iterdir()) == []
        ran = swap(folder, "2", WHERRY_STATE_FOLDER=str(state))
        assert ran.returncode == 1
        assert "mode 0700" in ran.stderr
        assert versions(server) == {"1"}
