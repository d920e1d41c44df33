"""The platform's Python is not on this machine: judged for the right one, run with another."""

from pathlib import Path

import pytest

from tests.rehearse.build.building import PYTHON, Heard, built, refused, write
from wherry.dependencies.interpreters import Interpreter, find_interpreter
from wherry.rehearse.build import python_step

WANTED = next(text for text in ("3.14", "3.13") if text != PYTHON)


@pytest.fixture(autouse=True)
def _only_this_python(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the Python that runs this test be the only one."""
    own = tuple(int(part) for part in PYTHON.split("."))

    def find(minor: tuple[int, int]) -> Interpreter | None:
        return find_interpreter(minor) if minor == own else None

    monkeypatch.setattr(python_step, "find_interpreter", find)
    monkeypatch.setattr(python_step, "nearest_interpreter", lambda _: find((own[0], own[1])))


def test_what_would_install_is_built_with_the_other_one(cache: Path, tmp_path: Path) -> None:
    heard = Heard()
    files = {"requirements.txt": "iniconfig==2.0.0\n", ".python-version": WANTED}
    slug = built(write(tmp_path, files), cache, heard)
    assert slug.python is not None
    assert slug.python.wanted.startswith(f"{WANTED}.")
    assert slug.python.used.startswith(f"{PYTHON}.")
    assert any(f"there is no Python {WANTED} here" in text for text in heard.remarks)
    assert f"-----> Using Python {WANTED} specified in .python-version" in heard.lines


def test_what_would_not_install_is_refused_though_it_does_here(cache: Path, tmp_path: Path) -> None:
    # It has wheels for every Python up to 3.12, and its source is not there.
    files = {"requirements.txt": "tensorflow-cpu==2.16.1\n", ".python-version": WANTED}
    failure = refused(write(tmp_path, files), cache)
    assert " !     Error: Unable to install dependencies using pip." in failure.lines
    assert any(
        "No matching distribution found for tensorflow-cpu==2.16.1" in line
        for line in failure.lines
    )
    assert not failure.of_this_machine
