"""Reads a Procfile."""

from wherry.buildrules.procfile import LINE, MOST_LINES
from wherry.project.folder import Folder
from wherry.project.problems import Problem
from wherry.project.procfile import Process, Procfile
from wherry.project.scripts import expanded
from wherry.project.shell import invocations


def read_procfile(folder: Folder) -> Procfile | None:
    """Return the Procfile at the root of what is built; None where there is none."""
    path = folder.deployed("Procfile")
    text = folder.text(path) if path else None
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
