"""Whole projects with what a rehearsal must say of them: read, and laid out in a folder."""

import shutil
import subprocess
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from wherry.dependencies.uv_program import find_uv

FOLDER: Final = Path(__file__).parent
REPOSITORY: Final = FOLDER.parents[2]
_WHEEL_S: Final = 300


@dataclass(frozen=True, slots=True)
class Case:
    """A project, and what is to come of its rehearsal.

    Attributes:
        why: What is wrong with it, or what is right.
        verdict: How the verdict begins.
        status: What ``wherry rehearse`` ends with.
        causes: Of all findings, in their order.
        overlay: Limits in the place of the platform's.
        arguments: More of the command line.
        full_length: Whether it takes the platform's own times, minutes.
        heavy: Whether its build is too large for the tests: the benchmark runs it.
        wherry: Whether it requires Wherry, which is then this checkout.
        copied: Folders of this repository, by where they lie in the project.
    """

    name: str
    why: str
    verdict: str
    status: int
    causes: tuple[str, ...]
    overlay: Mapping[str, float] = field(default_factory=dict)
    arguments: tuple[str, ...] = ()
    full_length: bool = False
    heavy: bool = False
    wherry: bool = False
    copied: Mapping[str, str] = field(default_factory=dict)

    @property
    def tree(self) -> Path:
        """The files that are stored as they are."""
        return FOLDER / self.name / "tree"

    @property
    def requests(self) -> Path | None:
        """The requests to send; None where they are found in the project."""
        path = FOLDER / self.name / "requests.txt"
        return path if path.is_file() else None


def read_cases() -> tuple[Case, ...]:
    """Return all cases, by name."""
    return tuple(read_case(path.parent.name) for path in sorted(FOLDER.glob("*/case.toml")))


def read_case(name: str) -> Case:
    """Return one case."""
    document = tomllib.loads((FOLDER / name / "case.toml").read_text(encoding="utf-8"))
    causes, arguments = (tuple(document.pop(key, ())) for key in ("causes", "arguments"))
    return Case(name=name, causes=causes, arguments=arguments, **document)


def lay_out(case: Case, folder: Path) -> Path:
    """Lay a case out in a folder that does not exist yet."""
    shutil.copytree(case.tree, folder)
    for place, source in case.copied.items():
        shutil.copytree(REPOSITORY / source, folder / place)
    return folder


def make_index(folder: Path) -> str:
    """Build a wheel of this checkout, and return the address of an index that holds it."""
    place = folder / "wherry"
    place.mkdir(parents=True)
    subprocess.run(
        (find_uv(), "build", "--quiet", "--wheel", "--out-dir", place, REPOSITORY),
        check=True,
        stdin=subprocess.DEVNULL,
        timeout=_WHEEL_S,
    )
    wheel = next(place.glob("*.whl"))
    (place / "index.html").write_text(f'<a href="{wheel.name}">{wheel.name}</a>\n')
    return folder.as_uri()


def command_line(case: Case, project: Path, env_file: Path | None = None) -> list[str]:
    """Return the arguments of ``wherry`` for a case that was laid out."""
    overlay = ",".join(f"{name}={value}" for name, value in case.overlay.items())
    return [
        *("rehearse", str(project), "--working-tree", "--platform", "heroku:basic"),
        *("--no-restart", "--quiet", "--json", "-", *case.arguments),
        *(("--overlay", overlay) if overlay else ()),
        *(("--requests", str(case.requests)) if case.requests else ()),
        *(("--env-file", str(env_file)) if env_file is not None else ()),
    ]
