"""A project as it lies in its folder: its contents, and its code, which is read from them."""

import posixpath
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from wherry.errors import InvalidInput
from wherry.project import walking
from wherry.project.code import code as code_reading
from wherry.project.code.code import Code
from wherry.project.contents import Contents


@dataclass(frozen=True)
class Project(Contents):
    """A project: its files and configuration, and what its code says."""

    @cached_property
    def code(self) -> Code:
        """What its Python files say, without running them."""
        return code_reading.read_code(self)


def read_project(root: Path, app: str | None = None) -> Project:
    """Return a project; nothing is read but the names of its files.

    Args:
        root: Its folder.
        app: The folder that the host builds from, relative to the root, where it is not the root.

    Raises:
        InvalidInput: there is no such folder.
    """
    if not root.is_dir():
        what = "is a file, and a project is a folder" if root.is_file() else "is not there"
        raise InvalidInput(f"{root} {what}.")
    base = "" if app is None else posixpath.normpath(app.replace("\\", "/")).strip("/")
    base = "" if base == "." else base
    if base.startswith("..") or (base and not (root / base).is_dir()):
        raise InvalidInput(f"There is no folder {app} in {root}.")
    files, skipped = walking.walk(root.resolve())
    return Project(root.resolve(), files, base, {note.what: note for note in skipped})
