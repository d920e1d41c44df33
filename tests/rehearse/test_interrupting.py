"""Ctrl-C, and a CI job that is cancelled: nothing is left of what was started."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.rehearse.slugs import slug
from wherry.rehearse.dyno.group_parents import PREFIX

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="limits are Linux's")

MARK = "marked-by-the-test-of-interrupting"
CODE = f"""
import subprocess
subprocess.Popen(["sleep", "300"], env={{"MARK": "{MARK}"}}, start_new_session=True)
print("ready", flush=True)
"""


@pytest.fixture
def process(tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[subprocess.Popen[str]]:
    """Start a rehearsal as a shell does in the background: with SIGINT ignored."""
    code, arguments = request.param
    path = slug(tmp_path, CODE + code)
    process = subprocess.Popen(
        [
            *("sh", "-c", 'trap "" INT; exec "$0" "$@"'),
            *(sys.executable, "-m", "wherry.cli", "rehearse", str(tmp_path / "project")),
            *("--slug", str(path), *arguments),
        ],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
        env={**os.environ, "TMPDIR": str(tmp_path)},
    )
    try:
        yield process
    finally:
        process.kill()
        process.wait()
        if process.stderr is not None:
            process.stderr.close()


def wait_for(process: subprocess.Popen[str], words: str) -> None:
    assert process.stderr is not None
    for line in process.stderr:
        if words in line:
            return
    pytest.fail(f"{words!r} was never said")


def marked() -> list[Path]:
    """Return the processes of the app that still run."""
    found = []
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            if f"MARK={MARK}" in (folder / "environ").read_text():
                found.append(folder)
        except OSError:
            continue
    return found


def groups() -> list[Path]:
    """Return the control groups of rehearsals."""
    top = Path("/sys/fs/cgroup")
    return [path for path in top.glob(f"**/{PREFIX}*") if path.is_dir()]


@pytest.mark.parametrize(
    ("process", "words"),
    [
        (("time.sleep(60)", ()), "app[web.1]: ready"),
        (("serve()", ("--rate", "5", "--seconds", "60")), "at=info method=GET"),
    ],
    indirect=["process"],
)
@pytest.mark.parametrize("by", [signal.SIGINT, signal.SIGTERM])
def test_nothing_is_left(
    process: subprocess.Popen[str], words: str, by: signal.Signals, tmp_path: Path
) -> None:
    others = set(groups())
    wait_for(process, words)
    assert marked()
    process.send_signal(by)
    assert process.wait(60) == 130
    assert process.stderr is not None
    assert process.stderr.read().endswith("wherry: stopped.\n")
    deadline = time.monotonic() + 20
    while marked() and time.monotonic() < deadline:
        time.sleep(0.05)
    assert marked() == []
    assert set(groups()) - others == set()
    assert [path.name for path in tmp_path.glob("wherry-*")] == []
    shared = Path("/var/tmp").glob(f"wherry-dynos-{process.pid}-*")  # noqa: S108
    assert list(shared) == []
