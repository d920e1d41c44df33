"""One walk through a project's folder, which follows no link and stays inside it."""

import os
import stat
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from wherry.findings import Skipped
from wherry.project import git
from wherry.project.files import FileEntry, Files
from wherry.project.ignoring import IgnoreFile, read_patterns
from wherry.project.texts import decode

MOST_FILES: Final = 200_000
_DEEPEST: Final = 60
_LONGEST_IGNORE_FILE_BYTES: Final = 256 * 1024
# Made by tools, never deployed, and sometimes larger than all the rest.
_TOOLS: Final = frozenset(
    (".git", ".hg", ".svn", ".mypy_cache", ".pytest_cache", ".ruff_cache", ".tox", ".nox")
)
_GENERATED: Final = frozenset(("__pycache__", "node_modules", "bower_components"))


@dataclass
class _Walk:
    root: Path
    view: git.GitView | None
    entries: dict[str, FileEntry] = field(default_factory=dict)
    folders: set[str] = field(default_factory=set)
    environments: list[str] = field(default_factory=list)
    unlisted: list[str] = field(default_factory=list)
    ignore_files: list[IgnoreFile] = field(default_factory=list)
    skipped: list[Skipped] = field(default_factory=list)
    tracked_folders: set[str] = field(default_factory=set)


def walk(root: Path) -> tuple[Files, tuple[Skipped, ...]]:
    """Return every file below the root, and what could not be listed."""
    view = git.look(root)
    run = _Walk(root, view)
    if view is not None:
        if view.problem:
            run.skipped.append(Skipped("what git tracks and ignores", view.problem))
        run.tracked_folders = set(_folders(view.tracked))
        # Where git does not answer, its ignore files are read in its stead.
        run.view = view if view.tracked else None
    _list(run)
    known = view is not None and bool(view.tracked)
    files = Files(
        root,
        dict(sorted(run.entries.items())),
        git=known,
        environments=tuple(sorted(run.environments)),
        skipped_folders=tuple(sorted(run.unlisted)),
        folders=frozenset(run.folders),
    )
    return files, tuple(run.skipped)


def _folders(paths: frozenset[str]) -> Iterator[str]:
    seen: set[str] = set()
    for path in paths:
        folder = path.rpartition("/")[0]
        while folder and folder not in seen:
            seen.add(folder)
            yield folder
            folder = folder.rpartition("/")[0]


def _list(run: _Walk) -> None:
    waiting: list[tuple[str, bool]] = [("", False)]
    while waiting:
        folder, ignored = waiting.pop()
        if len(run.entries) > MOST_FILES:
            run.skipped.append(
                Skipped(f"{folder or 'the folder'} and more", f"more than {MOST_FILES:,} files")
            )
            return
        try:
            with os.scandir(run.root / folder) as listing:
                found = list(listing)
        except OSError as problem:
            reason = problem.strerror or "it cannot be listed"
            run.skipped.append(Skipped(folder or str(run.root), reason))
            continue
        run.folders.add(folder)
        _read_ignore_file(run, folder, found)
        for item in found:
            path = f"{folder}/{item.name}" if folder else item.name
            if item.is_dir(follow_symlinks=False):
                _enter(run, path, item.name, ignored, waiting)
            else:
                _add(run, path, item, ignored)


def _enter(
    run: _Walk, path: str, name: str, ignored: bool, waiting: list[tuple[str, bool]]
) -> None:
    tracked = path in run.tracked_folders
    ignored = ignored or _folder_ignored(run, path)
    if name in _TOOLS and not tracked:
        return
    environment = (run.root / path / "pyvenv.cfg").is_file()
    if environment:
        run.environments.append(path)
    heavy = environment or name in _GENERATED
    # Without git, an environment that no ignore file names would be pushed: its files count.
    if heavy and not tracked and (ignored or run.view is not None or name in _GENERATED):
        run.unlisted.append(path)
        return
    if path.count("/") >= _DEEPEST:
        run.skipped.append(Skipped(path, "the folders lie too deep"))
        return
    waiting.append((path, ignored))


def _folder_ignored(run: _Walk, path: str) -> bool:
    if run.view is not None:
        return path in run.view.ignored_folders
    return _ignored_by_files(run, f"{path}/.")


def _add(run: _Walk, path: str, item: os.DirEntry[str], ignored: bool) -> None:
    try:
        status = item.stat(follow_symlinks=False)
    except OSError as problem:
        run.skipped.append(Skipped(path, problem.strerror or "it cannot be read"))
        return
    target = None
    if stat.S_ISLNK(status.st_mode):
        try:
            target = str(Path(item.path).readlink())
        except OSError:
            target = ""
    elif not stat.S_ISREG(status.st_mode):
        run.skipped.append(Skipped(path, "it is no ordinary file"))
        return
    view = run.view
    if view is not None and view.tracked:
        tracked: bool | None = path in view.tracked
        ignored = not tracked and (ignored or path in view.ignored_files)
    else:
        tracked = None
        ignored = ignored or _ignored_by_files(run, path)
    run.entries[path] = FileEntry(
        path, status.st_size, status.st_mode, tracked, ignored, target, run.root
    )


def _read_ignore_file(run: _Walk, folder: str, found: list[os.DirEntry[str]]) -> None:
    """Read a .gitignore, in the stead of git where there is none."""
    if run.view is not None or not any(item.name == ".gitignore" for item in found):
        return
    path = f"{folder}/.gitignore" if folder else ".gitignore"
    place = run.root / path
    try:
        if place.is_symlink() or place.stat().st_size > _LONGEST_IGNORE_FILE_BYTES:
            return
        text = decode(path, place.read_bytes())
    except OSError:
        return
    if text is not None:
        run.ignore_files.append(read_patterns(path, text.lines))


def _ignored_by_files(run: _Walk, path: str) -> bool:
    # A file nearer to the path overrides one further up.
    deciding = None
    for file in sorted(run.ignore_files, key=lambda file: len(file.folder)):
        deciding = file.deciding(path) or deciding
    return deciding is not None and not deciding.keeps
