"""Fixes, put together and written; nothing outside the project's folder is ever touched."""

import os
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from wherry.doctor.combining import combine
from wherry.doctor.writing import write
from wherry.errors import WherryError
from wherry.findings import Change, Finding, Fix
from wherry.project.texts import Text, decode


class Refused(WherryError):
    """A fix was not applied."""


@dataclass(frozen=True, slots=True)
class Plan:
    """What is to be changed now.

    Attributes:
        changes: One for each file.
        fixes: What the changes do, in words.
        waiting: Fixes that touch the same lines as one of ``fixes``, for the next round.
        unsafe: Fixes that were left out, since they can alter what the code does.
    """

    changes: tuple[Change, ...]
    fixes: tuple[Fix, ...]
    waiting: tuple[Fix, ...]
    unsafe: tuple[Fix, ...]

    def diff(self) -> str:
        """Return all of it as a unified diff."""
        return "".join(difference(change) for change in self.changes)


def plan(findings: Iterable[Finding], *, unsafe: bool) -> Plan:
    """Return what the fixes of these findings come to, the worst finding's first."""
    fixes = list(dict.fromkeys(finding.fix for finding in findings if finding.fix is not None))
    wanted = [fix for fix in fixes if fix.safe or unsafe]
    # One that changes several files holds together what others would do by halves.
    wanted.sort(key=lambda fix: -len(fix.changes))
    combined = combine(wanted)
    left_out = tuple(fix for fix in fixes if not fix.safe and not unsafe)
    return Plan(combined.changes, combined.taken, combined.left, left_out)


def difference(change: Change) -> str:
    """Return a change as a diff, with a word where only the encoding changes."""
    if change.before is not None and change.before == change.after:
        return f"--- a/{change.path}\n+++ b/{change.path}\n(the same text, written as UTF-8)\n"
    diff = change.diff()
    return diff if not diff or diff.endswith("\n") else f"{diff}\n\\ No newline at end of file\n"


def apply(root: Path, changes: Iterable[Change]) -> None:
    """Write the changes; before the first of them is, each is looked at.

    Raises:
        Refused: a path leads out of the folder or over a symbolic link, a file is no longer what
            it was when the fix was made, or it cannot be written. Nothing was written then, unless
            the sentence says which files were.
    """
    changes = tuple(changes)
    ready = [_checked(root, change) for change in changes]
    written: list[str] = []
    for (path, data), change in zip(ready, changes, strict=True):
        try:
            if data is None:
                path.unlink()
            else:
                path.parent.mkdir(parents=True, exist_ok=True)
                write(path, data)
        except OSError as error:
            told = f" Written before it: {', '.join(written)}." if written else ""
            raise Refused(f"{change.path} cannot be written: {error.strerror}.{told}") from None
        written.append(change.path)


def _checked(root: Path, change: Change) -> tuple[Path, bytes | None]:
    """Return where a change goes and what to write, once it is certain that it may."""
    path = _inside(root, change.path)
    text = _text(path)
    if (None if text is None else text.content) != change.before:
        raise Refused(
            f"{change.path} was changed while Wherry looked at it: nothing was written. "
            "Run it once more."
        )
    if change.after is None:
        return path, None
    return path, _encoded(change, "utf-8" if text is None else text.encoding)


def _inside(root: Path, path: str) -> Path:
    relative = PurePosixPath(path)
    parts = relative.parts
    if relative.is_absolute() or not parts or not {"..", ".git"}.isdisjoint(parts) or "\\" in path:
        raise Refused(f"{path} is not one of the project's files: nothing was changed.")
    place = root
    for part in parts:
        place = place / part
        if place.is_symlink():
            raise Refused(
                f"{path} is reached over a symbolic link: nothing was changed. "
                "Edit what it points to by hand."
            )
    if os.path.lexists(place) and not place.is_file():
        raise Refused(f"{path} is no file: nothing was changed.")
    return place


def _text(path: Path) -> Text | None:
    """Return a file's text as the fixes see it; None where there is no file, or no text."""
    if not path.exists():
        return None
    try:
        return decode(path.name, path.read_bytes())
    except OSError as error:
        raise Refused(f"{path.name} cannot be read: {error.strerror}.") from None


def _encoded(change: Change, encoding: str) -> bytes:
    """Return the new text in UTF-8, save where the code itself says that it is in Latin-1."""
    after = change.after or ""
    if encoding == "latin-1" and change.before != after:
        try:
            return after.encode("latin-1")
        except UnicodeEncodeError:
            pass
    return after.encode("utf-8")
