"""What the project's own files add to a slug."""

import fnmatch
import re
from collections.abc import Callable, Iterable, Iterator

from wherry.estimate.wheels.contents import Contents, Member, contents
from wherry.project.files import FileEntry
from wherry.project.project import Project


def deployed(project: Project) -> Iterator[FileEntry]:
    """Yield the files that a push takes along, of the folder that the host builds from."""
    prefix = f"{project.base}/" if project.base else ""
    for entry in project.files:
        if entry.deployed and not entry.symlink and entry.path.startswith(prefix):
            yield entry


def app_contents(entries: Iterable[FileEntry]) -> Contents:
    """Sum up these files. What Git LFS keeps elsewhere stays a pointer, and weighs nothing."""
    return contents(Member(entry.path, entry.size_bytes, 0) for entry in entries)


def slugignore(project: Project) -> Callable[[str], bool]:
    """Return what tells whether .slugignore keeps a path out of the slug."""
    text = project.text(project.at_base(".slugignore"))
    if text is None:
        return lambda _: False
    rows = (line.strip() for line in text.lines)
    patterns = [_pattern(row) for row in rows if row and row[0] not in "#!"]
    start = len(project.base) + 1 if project.base else 0
    return lambda path: any(pattern.match(path[start:]) for pattern in patterns)


def _pattern(row: str) -> re.Pattern[str]:
    """Return a line as an expression over paths: a name anywhere, or a path from the root."""
    wanted = row.rstrip("/")
    anchored = "/" in wanted
    name = fnmatch.translate(wanted.lstrip("/")).removesuffix(r"\Z").removesuffix(r"\z")
    return re.compile(rf"{'' if anchored else '(?:.*/)?'}{name}(?:/.*)?\Z")
