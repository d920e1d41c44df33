"""Start scripts: what a command runs when it is a script of the project's own."""

import posixpath
from collections.abc import Iterator
from dataclasses import replace
from typing import Final

from wherry.project.folder import Folder
from wherry.project.shell import Invocation, invocations

_SHELLS: Final = frozenset(("sh", "bash", "dash", "ash", "zsh", "source", "."))
_DEEPEST: Final = 4


def script_of(folder: Folder, invocation: Invocation) -> str:
    """Return the path of the project's shell script that is run; "" for anything else."""
    words = list(invocation.words)
    if invocation.program in _SHELLS:
        words = [word for word in words[1:] if not word.startswith("-")]
        if not words:
            return ""
    elif "/" not in words[0] and not words[0].endswith(".sh"):
        return ""
    return find(folder, words[0], invocation.folder)


def find(folder: Folder, written: str, run_in: str = "") -> str:
    """Return the path of a file of the project that a command names; "" where there is none."""
    candidates = [posixpath.join(folder.base, run_in, written.lstrip("/"))]
    if written.startswith("/"):
        # A place in an image, where the project may have been copied to anywhere.
        parts = written.strip("/").split("/")
        candidates += [posixpath.join(folder.base, *parts[n:]) for n in range(1, len(parts))]
    for candidate in candidates:
        path = posixpath.normpath(candidate)
        if path in folder.files:
            return path
    return ""


def started_in(folder: Folder, command: str, home: str) -> tuple[Invocation, ...]:
    """Return what a command runs that starts in a folder of the project's.

    Args:
        folder: The project's.
        command: A line for a shell.
        home: Where it starts, relative to the root; "" for where the host builds.
    """
    relative = posixpath.relpath(home or folder.base or ".", folder.base or ".")
    found = tuple(
        replace(item, folder="" if path == "." else path)
        for item in invocations(command)
        for path in (posixpath.normpath(posixpath.join(relative, item.folder)),)
    )
    return expanded(folder, found)


def expanded(folder: Folder, found: tuple[Invocation, ...]) -> tuple[Invocation, ...]:
    """Return the invocations, those of the project's start scripts behind the scripts."""
    return tuple(_expanded(folder, found, 0))


def _expanded(folder: Folder, found: tuple[Invocation, ...], depth: int) -> Iterator[Invocation]:
    for invocation in found:
        yield invocation
        if depth >= _DEEPEST:
            continue
        path = script_of(folder, invocation)
        text = folder.text(path) if path else None
        if text is None or not _is_shell(text.line(1), path):
            continue
        inner = invocations(text.content.replace("\r\n", "\n"))
        given = tuple(
            replace(
                item,
                env={**invocation.env, **item.env},
                folder=posixpath.join(invocation.folder, item.folder).rstrip("/"),
                words=_with_arguments(item.words, invocation),
            )
            for item in inner
        )
        yield from _expanded(folder, tuple(item for item in given if item.words), depth + 1)


def _with_arguments(words: tuple[str, ...], invocation: Invocation) -> tuple[str, ...]:
    """Put the script's arguments in the place of ``"$@"``, as entry points have it."""
    if not {"$@", "${@}"} & set(words):
        return words
    own = invocation.arguments
    if invocation.program in _SHELLS:
        names = [word for word in own if not word.startswith("-")]
        own = tuple(names[1:])
    filled: list[str] = []
    for word in words:
        filled += own if word in ("$@", "${@}") else (word,)
    return tuple(filled)


def _is_shell(first_line: str, path: str) -> bool:
    return "sh" in first_line if first_line.startswith("#!") else path.endswith(".sh")
