"""An interpreter is asked for its packages; what is none is told so."""

import sys
from importlib import metadata
from pathlib import Path

import pytest

from wherry.doctor.environment import read_environment
from wherry.errors import ConfigurationError


def test_this_interpreter() -> None:
    found = read_environment(sys.executable)
    assert found.python == tuple(sys.version_info[:3])
    assert found.version("Django") == metadata.version("django")
    assert found.version("django_stubs") == metadata.version("django-stubs")
    assert found.version("no-such-package") is None


def test_the_folder_of_an_environment() -> None:
    assert read_environment(sys.prefix).python == tuple(sys.version_info[:3])


def test_the_active_one(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("VIRTUAL_ENV", sys.prefix)
    assert Path(read_environment().executable).parent == Path(sys.prefix) / "bin"


def test_the_project_s_own_files_stay_out_of_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "json.py").write_text("raise SystemExit('this was run')\n")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    assert read_environment(sys.executable).packages


@pytest.mark.parametrize(
    ("name", "words"),
    [("nothing", "There is no interpreter"), ("empty", "no virtual environment")],
)
def test_a_path_that_leads_to_none(tmp_path: Path, name: str, words: str) -> None:
    (tmp_path / "empty").mkdir()
    with pytest.raises(ConfigurationError, match=words):
        read_environment(str(tmp_path / name))


@pytest.mark.parametrize("script", ["echo hello", "exit 3", "echo broken >&2; exit 1", ""])
def test_a_program_that_is_no_python(tmp_path: Path, script: str) -> None:
    program = tmp_path / "python"
    program.write_text(f"#!/bin/sh\n{script}\n")
    program.chmod(0o755)
    with pytest.raises(ConfigurationError, match="does not answer as a Python interpreter"):
        read_environment(str(program))


def test_a_file_that_cannot_be_run(tmp_path: Path) -> None:
    (tmp_path / "python").write_text("text")
    with pytest.raises(ConfigurationError, match="does not answer"):
        read_environment(str(tmp_path / "python"))
