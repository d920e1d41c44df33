"""Nothing starts the web process, or a file that is nearly the Procfile does."""

import re
from collections.abc import Iterator
from typing import Final

from wherry.doctor.rule import Context, Rule, found
from wherry.doctor.rules.files import modules
from wherry.doctor.rules.files.circumstances import (
    append_line,
    built_by_buildpack,
    create,
    installed,
    is_web,
    replace_line,
)
from wherry.findings import Change, Evidence, FileSpan, Finding, Fix, How, Span
from wherry.project import procfile_reading
from wherry.project.files import FileEntry
from wherry.project.procfile import Procfile

# A line that is meant to declare web, and is not read as that: `web gunicorn ...`, `Web: ...`.
_MEANT: Final = re.compile(r"^(?:web\s*[=;-]\s*|web\s+|(?:Web|WEB)\s*:?\s*)(?P<command>[^:\s].*)$")


def _missing(context: Context) -> Iterator[Finding]:
    project = context.project
    if not built_by_buildpack(context) or not is_web(context):
        return
    procfile = project.procfile
    if procfile is None:
        if misnamed(context) is None:
            yield _without(context)
    elif procfile.web is None or _unreadable(procfile):
        yield _not_declared(context, procfile)


def _unreadable(procfile: Procfile) -> bool:
    return any(problem.kind == "encoding" for problem in procfile.problems)


def _without(context: Context) -> Finding:
    manage = context.project.files.named("manage.py")
    places = [entry.path for entry in manage if entry.deployed]
    where: tuple[Span, ...] = (FileSpan(places[0]),) if places else ()
    path = context.project.at_base("Procfile")
    line = start_line(context)
    return found(
        "no-web-process",
        *(where or (FileSpan(path),)),
        values=_values(context),
        fix=create(path, f"{line}\n", "Write a Procfile that starts the site") if line else None,
    )


def _not_declared(context: Context, procfile: Procfile) -> Finding:
    text = context.project.text(procfile.path)
    spans: list[Span] = [problem.where for problem in procfile.problems[:3]]
    encoded = [problem for problem in procfile.problems if problem.kind == "encoding"]
    fix = None
    if text is not None and encoded:
        whole = (Change(procfile.path, text.content, text.content),)
        fix = Fix(f"Write {procfile.path} as UTF-8", whole, safe=True)
    elif text is not None:
        fix = _corrected(context, procfile)
    return found(
        "no-web-process",
        *(spans or [FileSpan(procfile.path)]),
        values=_values(context),
        evidence=tuple(
            Evidence("the Procfile's encoding", problem.detail, How.READ) for problem in encoded
        ),
        fix=fix,
    )


def _corrected(context: Context, procfile: Procfile) -> Fix | None:
    lines = {problem.line: problem.quote for problem in procfile.problems}
    for process in procfile.processes.values():
        lines[process.line] = f"{process.name}: {process.command}"
    for number, quote in lines.items():
        meant = _MEANT.match(quote)
        if meant is not None and number is not None:
            new = f"web: {meant['command']}"
            return replace_line(
                context, procfile.path, number, new, f"Declare web in {procfile.path}"
            )
    line = start_line(context)
    if not line or procfile.problems:
        return None
    return append_line(context, procfile.path, line, f"Declare web in {procfile.path}")


def start_line(context: Context) -> str:
    """Return the Procfile's line that starts the site; "" where that cannot be told."""
    found_modules = modules.wsgi_modules(context)
    if len(found_modules) != 1 or context.project.app != context.project.base:
        return ""
    if installed(context, "gunicorn") or not installed(context, "uvicorn", "daphne", "waitress"):
        return f"web: gunicorn {found_modules[0]}"
    return ""


def _values(context: Context) -> dict[str, str]:
    package = modules.project_package(context)
    return {"project": package} if package else {}


def misnamed(context: Context) -> FileEntry | None:
    """Return the file that is meant as the Procfile and is not called so; None for none."""
    project = context.project
    beside = procfile_reading.misnamed(project)
    if beside is not None:
        return beside
    folder = project.app
    if folder == project.base:
        return next(
            (
                entry
                for entry in project.files.named("Procfile")
                if entry.deployed and entry.path.count("/") == project.base.count("/") + 1
            ),
            None,
        )
    return project.files.deployed(f"{folder}/Procfile")


def _misnamed(context: Context) -> Iterator[Finding]:
    project = context.project
    if not built_by_buildpack(context) or project.procfile is not None:
        return
    entry = misnamed(context)
    text = None if entry is None else project.text(entry.path)
    if entry is None or text is None or not is_web(context):
        return
    right = project.at_base("Procfile")
    fix = None
    if entry.folder == project.base:
        changes = (Change(entry.path, text.content, None), Change(right, None, text.content))
        fix = Fix(f"Rename {entry.path} to {right}", changes, safe=True)
    yield found("procfile-misnamed", FileSpan(entry.path), values={"file": entry.path}, fix=fix)


def _scaled(context: Context) -> Iterator[Finding]:
    app_json = context.project.app_json
    if app_json is None or not built_by_buildpack(context):
        return
    quantity, _ = app_json.formation.get("web", (None, ""))
    if quantity == 0:
        text = context.project.text(app_json.path)
        line = None if text is None else text.line_of('"web"')
        yield found("web-scaled-to-zero", FileSpan(app_json.path, line, quote='"quantity": 0'))


RULES: Final = (
    Rule("no-web-process", ("no-web-process",), _missing),
    Rule("procfile-misnamed", ("procfile-misnamed",), _misnamed),
    Rule("web-scaled-to-zero", ("web-scaled-to-zero",), _scaled),
)
