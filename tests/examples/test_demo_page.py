"""docs/demo.md: its commands work, and its code is the demo's."""

import json
import os
import re
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

from tests.examples.conftest import DEMO, Site

ROOT = DEMO.parents[1]
PAGE = ROOT / "docs" / "demo.md"
FENCE = re.compile(r"^```(\w+)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
# Run by the scripts themselves, in CI; and what leads a reader to where the commands are typed.
ELSEWHERE = ("scripts/demo", "cd examples/demo", ". ../../.wherry/demo/bin/activate")


def blocks(language: str) -> list[str]:
    """The page's blocks of one language."""
    return [text for found, text in FENCE.findall(PAGE.read_text()) if found == language]


def commands() -> list[str]:
    """The commands that are to be run here, in order."""
    lines = [line for block in blocks("shell") for line in block.splitlines()]
    return [line for line in lines if not line.startswith(ELSEWHERE)]


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory, notes_model: Path) -> Path:
    """A copy of the demo as a reader has it after scripts/demo, with a /tmp of its own."""
    folder = tmp_path_factory.mktemp("reader") / "demo"
    shutil.copytree(DEMO, folder, ignore=shutil.ignore_patterns("models", "__pycache__"))
    shutil.copytree(DEMO / "models" / "digits", folder / "models" / "digits")
    shutil.copytree(notes_model, folder / "models" / "notes")
    return folder


def test_every_command_works(site: Site, demo: Path) -> None:
    """One after another, with the demo running; answers are answers and not errors."""
    assert len(commands()) >= 8
    environment = {
        name: value for name, value in os.environ.items() if name != "DJANGO_SETTINGS_MODULE"
    } | {"PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}"}
    for command in commands():
        here = command.replace("localhost:8000", f"localhost:{site.port}")
        done = subprocess.run(
            ["bash", "-c", here.replace("/tmp/", f"{demo.parent}/")],  # noqa: S108
            cwd=demo,
            env=environment,
            capture_output=True,
            text=True,
            timeout=60,
        )
        assert done.returncode == 0, (command, done.stderr)
        if command.startswith("curl") and "-o" not in command.split():
            assert "error" not in json.loads(done.stdout), (command, done.stdout)
        if "seven.png" in command:
            assert json.loads(done.stdout)["predictions"]["label"] == "7"


@pytest.mark.parametrize("block", blocks("python"))
def test_the_code_shown_is_the_demo_s(block: str) -> None:
    """The first line names the file, and the rest stands in it, word for word."""
    first, _, excerpt = block.partition("\n")
    assert excerpt
    assert excerpt in (DEMO / first.removeprefix("# ")).read_text()


def test_the_procfile_shown_is_the_demo_s() -> None:
    """The one line that matters most."""
    assert blocks("procfile") == [(DEMO / "Procfile").read_text()]


def test_the_requirements_are_the_locked_demo_group() -> None:
    """requirements.txt and pyproject.toml's demo group name the same packages."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())
    locked = {re.split(r"[>=<]", name)[0] for name in project["dependency-groups"]["demo"]}
    listed = set((DEMO / "requirements.txt").read_text().split())
    assert listed - locked == {"wherry[litert,onnx,serve]"}
    assert locked <= listed
