"""Which of a project's files says what is installed, and what they say."""

import posixpath
from collections.abc import Callable
from typing import Final

from wherry.buildrules.managers import MANAGERS
from wherry.project.folder import Folder
from wherry.project.problems import Problem
from wherry.project.requirements import elsewhere
from wherry.project.requirements.locks import read_pipfile_lock, read_poetry_lock, read_uv_lock
from wherry.project.requirements.pip_file import read_pip
from wherry.project.requirements.pipfile import read_pipfile
from wherry.project.requirements.pyproject import PyprojectReading, read_pyproject
from wherry.project.requirements.requirement import Lock, Requirement, RequirementFile
from wherry.project.requirements.requirements import Requirements

_LOCKS: Final[dict[str, Callable[..., Lock]]] = {
    "Pipfile.lock": read_pipfile_lock,
    "poetry.lock": read_poetry_lock,
    "uv.lock": read_uv_lock,
}
LOOKED_FOR: Final = tuple(manager.file for manager in MANAGERS)


def read_requirements(folder: Folder) -> Requirements:
    """Return what the project asks to be installed."""
    managers = tuple(manager.name for manager in MANAGERS if folder.deployed(manager.file))
    locks, problems = _locks(folder)
    pyproject = _pyproject(folder, folder.deployed("pyproject.toml"))
    # Where several are there the host refuses them all, and the plain list tells most.
    manager = "pip" if "pip" in managers else next(iter(managers), None)
    if manager == "pip":
        found = _from_pip(folder, folder.at_base("requirements.txt"), managers, locks)
    elif manager == "pipenv":
        found = _from_pipfile(folder, managers, locks)
    elif manager is not None:
        found = _from_pyproject(folder, manager, managers, locks, pyproject)
    else:
        found = _from_elsewhere(folder, pyproject)
    extra = tuple(pyproject.problems) if manager == "pip" else ()
    return _with(found, problems=(*problems, *extra), requires_python=pyproject.requires_python)


def _with(found: Requirements, problems: tuple[Problem, ...], requires_python: str) -> Requirements:
    return Requirements(
        manager=found.manager,
        managers=found.managers,
        file=found.file,
        found_by_host=found.found_by_host,
        declared=found.declared,
        optional=found.optional,
        constraints=found.constraints,
        files=found.files,
        locks=found.locks,
        requires_python=found.requires_python or requires_python,
        complete=found.complete,
        problems=(*found.problems, *problems),
    )


def _locks(folder: Folder) -> tuple[tuple[Lock, ...], tuple[Problem, ...]]:
    locks, problems = [], []
    for name, reader in _LOCKS.items():
        path = folder.deployed(name)
        document = folder.document(path) if path else None
        if document is None:
            continue
        if document.problem is not None:
            problems.append(document.problem)
        else:
            locks.append(reader(document))
    return tuple(locks), tuple(problems)


def _pyproject(folder: Folder, path: str) -> PyprojectReading:
    document = folder.document(path) if path else None
    return PyprojectReading() if document is None else read_pyproject(document)


def _from_pip(
    folder: Folder,
    path: str,
    managers: tuple[str, ...] = (),
    locks: tuple[Lock, ...] = (),
    *,
    found_by_host: bool = True,
) -> Requirements:
    # A package's path counts from where pip runs, a file's from the one that names it.
    reading = read_pip(folder.files, folder.text, path, folder.base)
    local, complete = elsewhere.read_local(folder, reading.requirements)
    return Requirements(
        manager="pip",
        managers=managers,
        file=path,
        found_by_host=found_by_host,
        declared=(*reading.requirements, *local),
        constraints=reading.constraints,
        files=tuple(reading.files),
        locks=locks,
        complete=reading.complete and complete,
        problems=tuple(reading.problems),
    )


def _from_pipfile(
    folder: Folder, managers: tuple[str, ...], locks: tuple[Lock, ...]
) -> Requirements:
    path = folder.deployed("Pipfile")
    document = folder.document(path) if path else None
    lock_path = folder.at_base("Pipfile.lock")
    locked = any(lock.kind == "pipenv" for lock in locks)
    if document is None or document.problem is not None:
        return Requirements(
            "pipenv", managers, lock_path, found_by_host=True, locks=locks, complete=locked
        )
    main, develop, python = read_pipfile(document)
    return Requirements(
        manager="pipenv",
        managers=managers,
        file=path,
        found_by_host="pipenv" in managers,
        declared=tuple(main),
        optional=tuple(develop),
        files=(RequirementFile(path, "pipfile", requirements=tuple(main)),),
        locks=_first(locks, "pipenv"),
        requires_python=python,
    )


def _from_pyproject(
    folder: Folder,
    manager: str,
    managers: tuple[str, ...],
    locks: tuple[Lock, ...],
    reading: PyprojectReading,
) -> Requirements:
    path = folder.at_base("pyproject.toml")
    kind = "poetry" if reading.poetry else "pyproject"
    declared: tuple[Requirement, ...] = tuple(reading.requirements)
    return Requirements(
        manager=manager,
        managers=managers,
        file=path,
        found_by_host=bool(managers),
        declared=declared,
        optional=tuple(reading.optional),
        files=(RequirementFile(path, kind, requirements=declared),),
        locks=_first(locks, manager),
        complete=reading.complete and (not managers or any(lock.kind == manager for lock in locks)),
        problems=tuple(reading.problems),
    )


def _first(locks: tuple[Lock, ...], kind: str) -> tuple[Lock, ...]:
    return tuple(sorted(locks, key=lambda lock: lock.kind != kind))


def _from_elsewhere(folder: Folder, pyproject: PyprojectReading) -> Requirements:
    """Return what is asked for in a place where a buildpack does not look."""
    path = elsewhere.requirements_file(folder)
    if path:
        return _from_pip(folder, path, found_by_host=False)
    if folder.deployed("Pipfile"):
        return _from_pipfile(folder, (), ())
    if pyproject.declares:
        manager = "poetry" if pyproject.poetry else "uv"
        return _from_pyproject(folder, manager, (), (), pyproject)
    nested = posixpath.join(folder.app, "pyproject.toml")
    if folder.app != folder.base and folder.files.deployed(nested):
        reading = _pyproject(folder, nested)
        if reading.declares:
            found = _from_pyproject(folder, "uv", (), (), reading)
            return _with(found, (), reading.requires_python)
    return elsewhere.read_others(folder)
