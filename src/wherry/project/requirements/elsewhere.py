"""Requirements in places where a buildpack does not look for them, but people put them."""

import posixpath
import re
from collections.abc import Iterable, Iterator
from typing import Final

from wherry.project.folder import Folder
from wherry.project.requirements.pipfile import read_conda
from wherry.project.requirements.pyproject import read_pyproject
from wherry.project.requirements.requirement import Requirement, RequirementFile
from wherry.project.requirements.requirements import Requirements
from wherry.project.requirements.setup_py import read_setup_cfg, read_setup_py

_INSTALLED: Final = re.compile(
    r"pip3?\s+(?:\S+\s+)*?install\b[^&;|\n]*?(?:-r|--requirement)[\s=]+(\S+)"
)
# The most telling first: what production runs, before what everybody shares.
_NAMES: Final = (
    *("production", "prod", "heroku", "deploy", "deployment", "web", "app", "base"),
    *("common", "requirements", "main", "default", "core", "django"),
)
_MISSPELT: Final = re.compile(r"^requi?re?ments?[\w-]*\.(?:txt|in)$|^reqs?\.txt$", re.IGNORECASE)
_DOCKERFILES: Final = ("Dockerfile", "dockerfile", "Containerfile")


def requirements_file(folder: Folder) -> str:
    """Return the path of the requirements file that is most likely meant; "" for none."""
    for candidate in _candidates(folder):
        path = posixpath.normpath(candidate)
        if folder.files.deployed(path):
            return path
    return ""


def _candidates(folder: Folder) -> Iterator[str]:
    homes = list(dict.fromkeys((folder.base, folder.app)))
    yield from _told_by_dockerfiles(folder, homes)
    for home in homes:
        yield posixpath.join(home, "requirements.txt")
    for home in homes:
        for kind in _NAMES:
            yield posixpath.join(home, "requirements", f"{kind}.txt")
            yield posixpath.join(home, f"requirements-{kind}.txt")
            yield posixpath.join(home, f"requirements_{kind}.txt")
            yield posixpath.join(home, f"{kind}-requirements.txt")
    for home in homes:
        for entry in folder.files.in_folder(home):
            if _MISSPELT.match(entry.name) and "dev" not in entry.name and "test" not in entry.name:
                yield entry.path
    for entry in folder.files.named("requirements.txt"):
        if entry.path.count("/") <= 1:
            yield entry.path


def _told_by_dockerfiles(folder: Folder, homes: list[str]) -> Iterator[str]:
    for home in homes:
        for name in _DOCKERFILES:
            text = folder.text(posixpath.join(home, name))
            for found in _INSTALLED.finditer(text.content if text else ""):
                path = found[1].strip("\"'").removeprefix("/app/").removeprefix("/code/")
                yield posixpath.join(home, path.lstrip("/"))


def read_others(folder: Folder) -> Requirements:
    """Return what conda's file or a setup.py asks for; nothing where there is neither."""
    for name in ("environment.yml", "environment.yaml", "conda.yml"):
        path = folder.deployed(name)
        document = folder.document(path) if path else None
        if document is not None and "dependencies" in document.data:
            found, python = read_conda(document)
            return Requirements(
                manager="conda",
                file=path,
                found_by_host=False,
                declared=tuple(found),
                files=(RequirementFile(path, "conda", requirements=tuple(found)),),
                requires_python=python,
            )
    declared, path = _setup(folder, folder.base)
    if declared is not None:
        return Requirements(
            manager=None,
            file=path,
            found_by_host=False,
            declared=tuple(declared),
            files=(RequirementFile(path, "setup", requirements=tuple(declared)),),
        )
    return Requirements(complete=not path)


def _setup(folder: Folder, home: str) -> tuple[list[Requirement] | None, str]:
    path = ""
    for name, reader in (("setup.cfg", read_setup_cfg), ("setup.py", read_setup_py)):
        text = folder.text(posixpath.join(home, name))
        if text is not None:
            declared = reader(text)
            path = text.path if name == "setup.py" or declared is not None else path
            if declared is not None:
                return declared, path
    return None, path


def read_local(
    folder: Folder, requirements: Iterable[Requirement]
) -> tuple[list[Requirement], bool]:
    """Return what the project's own packages ask for (``-e .``), and whether all could be read."""
    found: list[Requirement] = []
    complete = True
    for requirement in requirements:
        if not requirement.local or requirement.local.startswith("/"):
            complete = complete and (not requirement.local or bool(requirement.name))
            continue
        home = posixpath.normpath(posixpath.join(folder.base, requirement.local))
        if home in folder.files:
            continue
        home = "" if home == "." else home
        document = folder.document(posixpath.join(home, "pyproject.toml"))
        reading = None if document is None else read_pyproject(document)
        if reading is not None and reading.declares and reading.complete:
            found += reading.requirements
            continue
        declared, _ = _setup(folder, home)
        complete = complete and declared is not None
        found += declared or []
    return found, complete
