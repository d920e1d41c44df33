"""The folder of a run: gone at its end, and at the next run's beginning where it was killed."""

import os
import subprocess
import tempfile
from pathlib import Path

import pytest

from wherry.rehearse.work import work_folder


@pytest.fixture(autouse=True)
def temporary(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    return tmp_path


def interrupted() -> None:
    with work_folder() as folder:
        (folder / "pushed").mkdir()
        raise KeyboardInterrupt


def test_it_is_removed_whatever_ends(temporary: Path) -> None:
    with pytest.raises(KeyboardInterrupt):
        interrupted()
    assert list(temporary.iterdir()) == []


def left(folder: Path, pid: int, age_s: float) -> Path:
    path = folder / f"wherry-rehearsal-{pid}-abc"
    (path / "pushed").mkdir(parents=True)
    now = path.stat().st_mtime
    os.utime(path, (now - age_s, now - age_s))
    return path


def test_what_a_killed_run_left_is_cleared(temporary: Path) -> None:
    ended = subprocess.Popen(["true"])
    ended.wait()
    old = left(temporary, ended.pid, 7200)
    new = left(temporary, ended.pid + 1_000_000, 0)
    running = left(temporary, os.getpid(), 7200)
    other = temporary / "wherry-rehearsal-notes"
    other.mkdir()
    with work_folder():
        assert not old.exists()
        assert new.exists()
        assert running.exists()
        assert other.exists()
