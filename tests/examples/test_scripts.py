"""scripts/demo and scripts/bootstrap, as far as they can be tried without setting anything up."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests.examples.conftest import DEMO

ROOT = DEMO.parents[1]
SHIM = """#!/bin/sh
echo "$0: command not found; it exists in these versions: 9.9" >&2
exit 127
"""


def test_scripts_demo_takes_the_locked_basic_pitch() -> None:
    """The model that is tested is the one that is shown."""
    [pinned] = set(re.findall(r'"(basic-pitch==[\d.]+)"', (ROOT / "pyproject.toml").read_text()))
    assert f"basic_pitch={pinned}\n" in (ROOT / "scripts" / "demo").read_text()


@pytest.mark.parametrize("arguments", [["--port"], ["--port", "x"], ["--nonsense"]])
def test_scripts_demo_refuses_what_it_does_not_know(arguments: list[str]) -> None:
    """Exit status 2, a word of advice, and nothing set up."""
    done = subprocess.run(
        [ROOT / "scripts" / "demo", *arguments], capture_output=True, text=True, timeout=30
    )
    assert done.returncode == 2
    assert "--port" in done.stderr


def test_scripts_demo_explains_itself() -> None:
    """--help prints its options and sets nothing up."""
    done = subprocess.run(
        [ROOT / "scripts" / "demo", "--help"], capture_output=True, text=True, timeout=30
    )
    assert done.returncode == 0
    assert {"--port", "--check", "--tensorflow"} <= set(re.findall(r"--\w+", done.stdout))


def test_bootstrap_passes_over_a_python_that_does_not_run(tmp_path: Path) -> None:
    """Shims that only print an error are no interpreters, whatever they are called."""
    shims = tmp_path / "shims"
    shims.mkdir()
    for name in ("python3", "python3.12", "python3.13", "python3.14"):
        (shims / name).write_text(SHIM)
        (shims / name).chmod(0o755)
    real = tmp_path / "pyenv" / "versions" / "3.13.99" / "bin" / "python3"
    real.parent.mkdir(parents=True)
    real.symlink_to(Path(sys.executable).resolve())
    done = subprocess.run(
        ["bash", "-c", f". {ROOT}/scripts/bootstrap && printf '%s\\n' $PYTHON $UV $ROOT"],
        env=os.environ
        | {
            "PATH": f"{shims}:{os.environ['PATH']}",
            "PYENV_ROOT": str(tmp_path / "pyenv"),
            "WHERRY_PYTHON": str(shims / "python3.13"),
        },
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert done.returncode == 0, done.stderr
    python, uv, root = done.stdout.split()
    assert python == str(real)
    assert os.access(uv, os.X_OK)
    assert root == str(ROOT)
