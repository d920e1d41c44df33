"""The Django project is in a subfolder, and nothing leads there."""

import posixpath
import re
from collections.abc import Iterator
from typing import Final

from wherry.doctor.rule import Context, Rule, found
from wherry.doctor.rules.files import modules
from wherry.doctor.rules.files.circumstances import built_by_buildpack
from wherry.findings import FileSpan, Finding, Span
from wherry.project.requirements.reading import LOOKED_FOR

_LEADS: Final = re.compile(r"--chdir|--pythonpath|--app-dir|\bcd\s|PYTHONPATH|chdir|\.sh\b")


def all_in_folder(context: Context) -> str:
    """Return the subfolder that holds manage.py and all that belongs at the root; "" for none."""
    project = context.project
    folder = project.app
    if folder == project.base:
        return ""
    there = [posixpath.join(folder, name) for name in (*LOOKED_FOR, "Procfile")]
    here = [project.at_base(name) for name in (*LOOKED_FOR, "Procfile")]
    if any(project.files.deployed(path) for path in here):
        return ""
    return folder if any(project.files.deployed(path) for path in there) else ""


def _check(context: Context) -> Iterator[Finding]:
    project = context.project
    folder = project.app
    if not built_by_buildpack(context) or folder == project.base:
        return
    manage = posixpath.join(folder, "manage.py")
    relative = posixpath.relpath(folder, project.base or ".")
    web = None if project.procfile is None else project.procfile.web
    where: tuple[Span, ...] = (FileSpan(manage),)
    values = {"folder": relative, "project": modules.project_package(context) or "mysite"}
    if web is not None:
        if _leads_there(context, web.command, relative):
            return
        where = (web.where, *where)
    yield found("project-not-at-root", *where, values=values)


def _leads_there(context: Context, command: str, folder: str) -> bool:
    """Whether the start command runs in that folder, imports from it, or names it."""
    if _LEADS.search(command) or folder in command or folder.replace("/", ".") in command:
        return True
    server = context.project.server(context.target.platform.name)
    # What it serves is found from the root: another project than that of manage.py, or src.
    return server is None or modules.find(context, server) is not modules.NOT_FOUND


RULE: Final = Rule("project-not-at-root", ("project-not-at-root",), _check)
