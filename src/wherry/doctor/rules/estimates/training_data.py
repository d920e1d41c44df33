"""Data sets, notebooks and checkpoints that are pushed, though nothing served reads them."""

import re
from collections.abc import Callable, Iterator
from typing import Final

from wherry.doctor.rule import Context, Rule, found
from wherry.doctor.rules.estimates.app_files import deployed, slugignore
from wherry.doctor.rules.estimates.shown import shown_file_bytes
from wherry.findings import Evidence, FileSpan, Finding, How
from wherry.project.files import FileEntry
from wherry.project.host_python import uses_image

# Less than this does not show in a slug.
_WORTH_SAYING_BYTES: Final = 10_000_000
_FOLDER: Final = re.compile(
    r"""(?ix)
    (?:image|img|raw|my|the)?[-_ ]?data[-_ ]?sets?(?:[-_ ]?\d+)?
    | (?:raw|train(?:ing)?|test|validation|val|image|csv)[-_ ]?(?:data|sets?|images?|imgs)
    | training | notebooks? | check[-_]?points? | \.ipynb_checkpoints | wandb | mlruns | data
    """
)
_NOTEBOOK: Final = ".ipynb"
_SERVED_FOLDERS: Final = frozenset(
    ("static", "staticfiles", "media", "templates", "public", "assets", "fixtures", "locale")
)


def _check(context: Context) -> Iterator[Finding]:
    folders = _folders(context)
    large = {name: files for name, files in folders.items() if _sum(files) >= _WORTH_SAYING_BYTES}
    if not large:
        return
    texts = _served_texts(context)
    unread = {name: files for name, files in large.items() if not _is_named(name, texts)}
    if not unread:
        return
    total = sum(_sum(files) for files in unread.values())
    first = max(unread, key=lambda name: _sum(unread[name]))
    yield found(
        "training-data-in-slug",
        *(FileSpan(name) for name in unread),
        values={"size": shown_file_bytes(total), "folder": f"/{first}"},
        evidence=(
            Evidence("files that nothing served reads", float(total), How.READ, unit="bytes"),
            Evidence("their number", float(sum(map(len, unread.values()))), How.READ),
        ),
    )


def _folders(context: Context) -> dict[str, list[FileEntry]]:
    """Return the files that are pushed, by the outermost folder whose name tells what it is for."""
    ignored = _ignored(context)
    found_: dict[str, list[FileEntry]] = {}
    for entry in deployed(context.project):
        # A pointer weighs nothing, and what the project does not own is another cause.
        if entry.lfs is not None or not context.project.files.is_source(entry.path):
            continue
        name = _folder(entry)
        if name and not ignored(entry.path):
            found_.setdefault(name, []).append(entry)
    return found_


def _folder(entry: FileEntry) -> str:
    parts = entry.path.split("/")
    if not _SERVED_FOLDERS.isdisjoint(part.lower() for part in parts[:-1]):
        return ""
    for number, part in enumerate(parts[:-1], 1):
        if _FOLDER.fullmatch(part):
            return "/".join(parts[:number])
    return entry.path if entry.suffix == _NOTEBOOK else ""


def _ignored(context: Context) -> Callable[[str], bool]:
    if uses_image(context.project, context.target.platform.name):
        text = context.project.text(context.project.at_base(".dockerignore"))
        rows = [] if text is None else [line.strip().strip("/") for line in text.lines]
        kept_out = [row for row in rows if row and row[0] not in "#!"]
        return lambda path: any(
            path == row or path.startswith(f"{row}/") or ("*" in row and row.strip("*/") in path)
            for row in kept_out
        )
    return slugignore(context.project)


def _served_texts(context: Context) -> list[str]:
    project = context.project
    found_ = (project.text(path) for path in project.code.served)
    return [text.content for text in found_ if text is not None]


def _is_named(folder: str, texts: list[str]) -> bool:
    """Whether served code names the folder, or the notebook, in a text or a path."""
    name = re.escape(folder.rpartition("/")[2])
    pattern = re.compile(rf"""["'/\\]{name}["'/\\]""")
    return any(pattern.search(text) for text in texts)


def _sum(files: list[FileEntry]) -> int:
    return sum(entry.size_bytes for entry in files)


RULE: Final = Rule("training-data-in-slug", ("training-data-in-slug",), _check)
