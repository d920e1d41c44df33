"""Projects with a lock: each manager's own command, in the buildpack's version of it."""

from pathlib import Path

import pytest

from tests.rehearse.build.building import PYTHON, Heard, built, contents, refused, write
from wherry.rehearse.build.slug import PartKind

LOCKED = Path(__file__).parent / "locked"


def _project(manager: str, into: Path, **more: str) -> Path:
    files = {path.name: path.read_bytes() for path in (LOCKED / manager).iterdir()}
    return write(into, {**files, ".python-version": f"{PYTHON}\n", "app.py": "", **more})


@pytest.mark.parametrize(
    ("manager", "title", "command"),
    [
        ("uv", "uv", "uv sync --locked --no-default-groups"),
        ("poetry", "Poetry", "poetry sync --only main"),
        ("pipenv", "Pipenv", "pipenv install --deploy"),
    ],
)
def test_it_is_installed_from_the_lock(
    cache: Path, tmp_path: Path, manager: str, title: str, command: str
) -> None:
    heard = Heard()
    slug = built(_project(manager, tmp_path), cache, heard)
    assert f"-----> Installing dependencies using '{command}'" in heard.lines
    assert any(line.startswith(f"-----> Installing {title} ") for line in heard.lines)
    # The group for development is left out, and the tool is no package of the app's.
    assert {part.name: part.version for part in slug.packages} == {"iniconfig": "2.0.0"}
    tools = {part.name for part in slug.parts if part.kind is PartKind.TOOL}
    assert tools == ({"pipenv"} if manager == "pipenv" else set())
    names = contents(slug)
    found = [name for name in names if name.endswith("site-packages/iniconfig/__init__.py")]
    assert len(found) == 1
    assert found[0].startswith(".heroku/python/lib/python3")
    if manager == "pipenv":
        program = names[".heroku/python/pipenv/venv/bin/pipenv"]
        assert program is not None
        assert program.startswith(
            (b"#!/app/", b"#!/bin/sh\n'''exec' /app/", b"#!/bin/sh\n'''exec' '/app/")
        )
        assert b"/tmp/" not in program
    if manager == "uv":
        again = Heard()
        built(_project(manager, tmp_path / "again", **{"app.py": "x = 1\n"}), cache, again)
        assert "-----> Restoring cache" in again.lines


def test_a_lock_that_is_out_of_date(cache: Path, tmp_path: Path) -> None:
    text = (LOCKED / "uv" / "pyproject.toml").read_text().replace("iniconfig==2.0.0", "iniconfig")
    failure = refused(_project("uv", tmp_path, **{"pyproject.toml": text}), cache)
    assert " !     Error: Unable to install dependencies using uv." in failure.lines
    assert any("needs to be updated" in line for line in failure.lines)
    assert failure.kind == "install-dependencies::uv"
    assert not failure.of_this_machine


def test_a_package_that_is_not_there(cache: Path, tmp_path: Path) -> None:
    files = {"requirements.txt": "iniconfig==99.0\n", ".python-version": PYTHON}
    failure = refused(write(tmp_path, files), cache)
    assert " !     Error: Unable to install dependencies using pip." in failure.lines
    assert any(
        "No matching distribution found for iniconfig==99.0" in line for line in failure.lines
    )
    assert not failure.of_this_machine


def test_the_project_itself_is_installed_editably(cache: Path, tmp_path: Path) -> None:
    files = {
        "requirements.txt": "-e .\n",
        ".python-version": PYTHON,
        "pyproject.toml": '[project]\nname = "boat"\nversion = "1.0"\ndescription = "x"\n'
        '[build-system]\nrequires = ["flit_core<4"]\nbuild-backend = "flit_core.buildapi"\n',
        "boat/__init__.py": '"""A boat."""\n',
    }
    inside = contents(built(write(tmp_path, files), cache, Heard()))
    found = [data for name, data in inside.items() if name.endswith("site-packages/boat.pth")]
    assert found == [b"/app"]
