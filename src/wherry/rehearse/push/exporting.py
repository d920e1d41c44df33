"""A commit's tree, written into a folder as it is: no filter, no line ending, no attribute."""

import os
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from io import BytesIO
from pathlib import Path
from typing import Final

from wherry.rehearse.push import git
from wherry.rehearse.push.pushed import PushFailed

_ENTRY: Final = re.compile(r"(\d{6}) (\w+) ([0-9a-f]{40,64})\t(.+)", re.DOTALL)
_LINK: Final = "120000"
_SUBMODULE: Final = "160000"
_EXECUTABLE: Final = "100755"
_POINTER: Final = b"version https://git-lfs.github.com/spec/"
_POINTER_SIZE: Final = re.compile(rb"^size (\d{1,18})$", re.MULTILINE)
_LONGEST_POINTER_BYTES: Final = 1024
_DEEPEST: Final = 10


@dataclass
class Exported:
    """What was written.

    Attributes:
        pointers: Git LFS pointers by their paths, with the size that each stands for.
        missing: Submodules whose commit is not here.
    """

    size_bytes: int = 0
    files: int = 0
    pointers: dict[str, int] = field(default_factory=dict)
    submodules: list[str] = field(default_factory=list)
    missing: list[str] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class _Entry:
    mode: str
    oid: str
    path: str


def export(repository: Path, tree: str, into: Path, limit_bytes: int | None = None) -> Exported:
    """Write a tree (``HEAD^{tree}``, ``HEAD:backend``) into a folder, with its submodules.

    Raises:
        PushFailed: something of it is not there, not allowed, or more than ``limit_bytes``.
    """
    done = Exported()
    _export(repository, tree, into, "", done, limit_bytes)
    return done


def _export(
    repository: Path, tree: str, into: Path, prefix: str, done: Exported, limit: int | None
) -> None:
    submodules = []
    links: set[str] = set()
    with git.blobs(repository) as blobs:
        for entry in _entries(repository, tree):
            if entry.mode == _SUBMODULE:
                submodules.append(entry)
                continue
            path = f"{prefix}{entry.path}"
            place = _place(into, path, links)
            if entry.mode == _LINK:
                _link(blobs, entry.oid, place)
                links.add(path)
            else:
                _file(blobs, entry, place, path, done)
            done.files += 1
            if limit is not None and done.size_bytes > limit:
                raise PushFailed(
                    f"What is pushed is larger than the host takes: more than "
                    f"{limit / 1e9:.3g} GB without compression. Take data and models out of git.",
                    cause="git-file-too-large",
                )
    for entry in submodules:
        _submodule(repository, entry, into, prefix, done, limit)


def _entries(repository: Path, tree: str) -> Iterator[_Entry]:
    for text in git.paths(git.call(repository, "ls-tree", "-r", "-z", "--full-tree", tree)):
        found = _ENTRY.fullmatch(text)
        if found is not None:
            yield _Entry(found[1], found[3], found[4])


def _place(into: Path, path: str, links: set[str]) -> Path:
    """Return where a path is written; a tree that was made by hand may hold any name."""
    parts = path.split("/")
    above = {"/".join(parts[:end]) for end in range(1, len(parts))}
    if {"", ".", "..", ".git"} & set(parts) or not above.isdisjoint(links):
        raise PushFailed(f"The repository holds a path that no checkout allows: {path[:200]!r}.")
    place = into.joinpath(*parts)
    place.parent.mkdir(parents=True, exist_ok=True)
    return place


def _file(blobs: git.Blobs, entry: _Entry, place: Path, path: str, done: Exported) -> None:
    # Never through a link, and never over what is there: twice the same name is no tree of git's.
    with place.open("xb") as file:
        size, head = blobs.copy(entry.oid, file)
    if entry.mode == _EXECUTABLE:
        place.chmod(0o755)
    done.size_bytes += size
    pointer = _POINTER_SIZE.search(head) if size <= _LONGEST_POINTER_BYTES else None
    if pointer is not None and head.startswith(_POINTER):
        done.pointers[path] = int(pointer[1])


def _link(blobs: git.Blobs, oid: str, place: Path) -> None:
    target = BytesIO()
    blobs.copy(oid, target)
    place.symlink_to(os.fsdecode(target.getvalue()))


def _submodule(
    repository: Path, entry: _Entry, into: Path, prefix: str, done: Exported, limit: int | None
) -> None:
    path = f"{prefix}{entry.path}"
    place = _place(into, path, set())
    place.mkdir(exist_ok=True)
    there = repository / entry.path
    known = (there / ".git").exists() and git.ask(there, "cat-file", "-t", entry.oid) == "commit"
    if not known or path.count("/") > _DEEPEST:
        done.missing.append(path)
        return
    done.submodules.append(path)
    _export(there, f"{entry.oid}^{{tree}}", into, f"{path}/", done, limit)
