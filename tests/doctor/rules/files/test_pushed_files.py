"""Environments, large files and Git LFS."""

import subprocess
from pathlib import Path

import pytest

from tests.doctor.rules.files.looking import HEALTHY, brief, found_in, look, write

LFS = "*.h5 filter=lfs diff=lfs merge=lfs -text\n"
POINTER = "version https://git-lfs.github.com/spec/v1\noid sha256:" + "a" * 64 + "\nsize 98765432\n"


def committed(root: Path, files: dict[str, str | bytes | None], ignored: str = "") -> None:
    write(root, {**HEALTHY, **files, ".gitignore": ignored})
    for command in (["init", "-q"], ["add", "-A"]):
        subprocess.run(["git", *command], cwd=root, check=True, capture_output=True)


@pytest.mark.parametrize(
    ("folder", "severity"),
    [("venv", "error"), (".venv", "error"), ("env", "warning"), ("backend/venv", "warning")],
)
def test_a_committed_environment(tmp_path: Path, folder: str, severity: str) -> None:
    committed(
        tmp_path,
        {
            f"{folder}/pyvenv.cfg": "home = /usr/bin\n",
            f"{folder}/lib/python3.12/site-packages/six.py": "",
        },
    )

    assert brief(found_in(tmp_path)) == {"venv-committed": severity}


def test_it_is_named_in_gitignore_once(tmp_path: Path) -> None:
    """What git tracks already it goes on tracking, whatever .gitignore says."""
    files: dict[str, str | bytes | None] = {"env/pyvenv.cfg": "home = /usr/bin\n"}
    committed(tmp_path, files)
    fix = found_in(tmp_path)["venv-committed"].fix
    assert fix is not None
    assert [change.after for change in fix.changes] == ["/env/\n"]
    write(tmp_path, {".gitignore": "/env/\n"})
    assert found_in(tmp_path)["venv-committed"].fix is None


def test_an_old_environment_without_its_mark(tmp_path: Path) -> None:
    committed(tmp_path, {"venv/Lib/site-packages/django/__init__.py": "", "venv/Scripts/x": ""})

    assert brief(found_in(tmp_path)) == {"venv-committed": "warning"}


def test_the_buildpacks_own_folder(tmp_path: Path) -> None:
    committed(tmp_path, {".heroku/python/bin/python": "#!/bin/sh\n"})

    assert brief(found_in(tmp_path)) == {"venv-committed": "error"}


def test_an_environment_that_git_ignores(tmp_path: Path) -> None:
    files: dict[str, str | bytes | None] = {
        "venv/pyvenv.cfg": "home = /usr/bin\n",
        "venv/lib/python3.12/site-packages/six/__init__.py": "",
    }
    committed(tmp_path / "a", files, "venv/\n")
    write(tmp_path / "b", {**HEALTHY, **files, ".gitignore": "/venv\n"})
    write(tmp_path / "c", {**HEALTHY, **files, "venv/.gitignore": "*\n"})

    assert found_in(tmp_path / "a") == {}
    assert found_in(tmp_path / "b") == {}
    assert found_in(tmp_path / "c") == {}


def test_an_environment_beside_the_repository_is_left_alone(tmp_path: Path) -> None:
    write(tmp_path, HEALTHY)
    for command in (["init", "-q"], ["add", "-A"]):
        subprocess.run(["git", *command], cwd=tmp_path, check=True, capture_output=True)
    write(tmp_path, {"venv/pyvenv.cfg": "home = /usr/bin\n"})

    assert brief(found_in(tmp_path)) == {}


def large(root: Path, path: str) -> None:
    place = root / path
    place.parent.mkdir(parents=True, exist_ok=True)
    with place.open("wb") as file:
        file.truncate(101 * 1024 * 1024)


def test_a_file_that_github_refuses(tmp_path: Path) -> None:
    large(tmp_path, "models/model.h5")
    found = look(tmp_path, {})

    assert brief(found) == {"git-file-too-large": "error"}
    assert found["git-file-too-large"].evidence[0].value == 101 * 1024 * 1024


@pytest.mark.parametrize("ignored", ["models/\n", "*.h5\n"])
def test_a_large_file_that_stays_at_home(tmp_path: Path, ignored: str) -> None:
    large(tmp_path, "models/model.h5")

    assert look(tmp_path, {".gitignore": ignored}) == {}


def test_a_large_file_is_nothing_where_github_is_not(tmp_path: Path) -> None:
    large(tmp_path, "models/model.h5")
    config = '[remote "heroku"]\n\turl = https://git.heroku.com/app.git\n'

    assert look(tmp_path, {".git/config": config}) == {}


def test_lfs_on_a_host_that_does_not_speak_it(tmp_path: Path) -> None:
    files = {".gitattributes": LFS, "model.h5": "x" * 2000}

    assert brief(look(tmp_path / "a", files)) == {"git-lfs-unsupported-remote": "error"}
    assert look(tmp_path / "b", files, "render") == {}


@pytest.mark.parametrize(
    "files",
    [
        {".gitattributes": LFS},
        {".gitattributes": "*.sh text eol=lf\n", "model.h5": "x"},
        # Pointers: the push goes through, and the model is what is missing.
        {".gitattributes": LFS, "model.h5": POINTER},
        {
            ".gitattributes": LFS,
            "model.h5": "x" * 2000,
            ".buildpacks": "https://github.com/raxod502/heroku-buildpack-git-lfs\nheroku/python\n",
        },
    ],
)
def test_lfs_that_does_no_harm_here(tmp_path: Path, files: dict[str, str | bytes | None]) -> None:
    assert look(tmp_path, files) == {}
