"""Reads a Procfile, or the file that is meant as one."""

import re
from typing import Final

from wherry.buildrules.procfile import LINE, MOST_LINES
from wherry.project.files import FileEntry
from wherry.project.folder import Folder
from wherry.project.problems import Problem
from wherry.project.procfile import Process, Procfile
from wherry.project.scripts import expanded
from wherry.project.shell import invocations

# Procfiles for other occasions, which people keep beside the true one.
_OTHERS: Final = re.compile(
    r"^procfile[._-](?:dev|local|windows|win|test|tests|debug|docker|prod|production|example|sample"
    r"|heroku|release|simple|old|bak|hivemind|overmind|foreman|honcho)",
    re.IGNORECASE,
)
_NAME: Final = re.compile(r"^[._]?procfile[s]?(?:\s*|\.(?:txt|yml|yaml|py|sh|md|docx?|rtf))?$")
_PROCESS: Final = re.compile(r"^\s*(?:[A-Za-z0-9_-]+\s*:\s*\S|web\s)")


def read_procfile(folder: Folder) -> Procfile | None:
    """Return the Procfile at the root of what is built; None where there is none."""
    path = folder.deployed("Procfile")
    return _read(folder, path) if path else None


def read_misnamed(folder: Folder) -> Procfile | None:
    """Return what is meant as the Procfile, as it will be read once it is called so."""
    entry = misnamed(folder)
    return None if entry is None else _read(folder, entry.path)


def misnamed(folder: Folder) -> FileEntry | None:
    """Return the file beside where the Procfile belongs that is meant as it; None for none."""
    for entry in folder.files.in_folder(folder.base):
        if entry.deployed and entry.name != "Procfile" and _is_meant(folder, entry):
            return entry
    return None


def _is_meant(folder: Folder, entry: FileEntry) -> bool:
    if _OTHERS.match(entry.name) or not _NAME.match(entry.name.lower()):
        return False
    text = folder.text(entry.path)
    return text is not None and any(_PROCESS.match(line) for line in text.lines[:100])


def _read(folder: Folder, path: str) -> Procfile | None:
    text = folder.text(path)
    if text is None:
        return None
    processes: dict[str, Process] = {}
    problems = []
    if text.encoding != "utf-8" or text.marked:
        problems.append(Problem("encoding", path, None, detail=text.encoding))
    for number, raw in enumerate(text.lines[:MOST_LINES], 1):
        line = raw.strip()
        if not line or line.startswith("#"):
            continue
        found = LINE.match(line)
        if found is None:
            problems.append(Problem("syntax", path, number, line))
            continue
        if found[1] in processes:
            problems.append(Problem("twice", path, number, line, found[1]))
        processes[found[1]] = Process(
            found[1], found[2], path, number, expanded(folder, invocations(found[2]))
        )
    return Procfile(path, processes, tuple(problems))
