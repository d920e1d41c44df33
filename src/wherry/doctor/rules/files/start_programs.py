"""Programs that the host's commands run: installed, there, allowed to run."""

import posixpath
import re
from collections.abc import Iterator
from typing import Final

from wherry.doctor.rule import Context, Rule, found
from wherry.doctor.rules.files.buildpacks import told_buildpacks
from wherry.doctor.rules.files.circumstances import (
    append_line,
    installed,
    runs_in_image,
)
from wherry.doctor.rules.files.commands import commands
from wherry.findings import FileSpan, Finding, Fix, Span
from wherry.project import scripts
from wherry.project.procfile import Process
from wherry.project.shell import SHELLS, Invocation

# Which package brings which program; only those that a start command is likely to name.
PACKAGES: Final = {
    "uvicorn": "uvicorn",
    "daphne": "daphne",
    "hypercorn": "hypercorn",
    "waitress-serve": "waitress",
    "granian": "granian",
    "uwsgi": "uwsgi",
    "celery": "celery",
    "flask": "flask",
    "streamlit": "streamlit",
    "newrelic-admin": "newrelic",
    "ddtrace-run": "ddtrace",
    "wherry": "wherry",
}
# Others that bring it along, or stand for it.
_ALSO: Final = {
    "uvicorn": ("fastapi", "fastapi-cli", "uvicorn-worker"),
    "daphne": ("channels",),
    "celery": ("django-celery-beat", "django-celery-results", "celery-progress"),
    "uwsgi": ("pyuwsgi",),
    "granian": ("wherry",),
    "gunicorn": ("django-heroku", "wherry", "apache-airflow", "mlflow", "mlflow-skinny"),
}
_OTHER_LANGUAGES: Final = {"npm": "nodejs", "node": "nodejs", "yarn": "nodejs", "npx": "nodejs"}
_GUNICORN: Final = "gunicorn==23.0.0"


def brings(context: Context, program: str) -> bool:
    """Whether a program of PACKAGES is installed, or may be."""
    package = PACKAGES.get(program, program)
    return installed(context, package, *_ALSO.get(package, ()))


def _gunicorn(context: Context) -> Iterator[Finding]:
    project = context.project
    server = project.server(context.target.platform.name)
    if server is None or server.kind != "gunicorn" or _installed_in_image(context, "gunicorn"):
        return
    # Without any dependency file that is found, that is what is wrong.
    if brings(context, "gunicorn") or not project.requirements.file:
        return
    path = project.requirements.file
    yield found(
        "gunicorn-not-installed",
        server.where,
        FileSpan(path),
        values={"file": path, "requirements": path},
        fix=require_gunicorn(context),
    )


def require_gunicorn(context: Context) -> Fix | None:
    """Return the fix that adds gunicorn to a plain list of requirements."""
    requirements = context.project.requirements
    text = context.project.text(requirements.file)
    if requirements.manager != "pip" or text is None or text.encoding != "utf-8":
        return None
    return append_line(
        context, requirements.file, _GUNICORN, f"Require {_GUNICORN} in {requirements.file}"
    )


def _installed_in_image(context: Context, program: str) -> bool:
    """Whether the Dockerfile installs it by itself: ``RUN pip install gunicorn``."""
    dockerfile = context.project.dockerfile
    if not runs_in_image(context) or dockerfile is None:
        return False
    expression = re.compile(rf"(?<![\w/-]){re.escape(program)}(?![\w/])")
    return any(expression.search(step.text) for step in dockerfile.named("RUN"))


def _program(context: Context) -> Iterator[Finding]:
    for process in commands(context):
        for invocation in process.invocations:
            yield from _missing(context, process, invocation)


def _missing(context: Context, process: Process, invocation: Invocation) -> Iterator[Finding]:
    program = invocation.program
    by_python = "python" in invocation.through
    language = _OTHER_LANGUAGES.get(program)
    if program in PACKAGES:
        if context.project.requirements.file and not brings(context, program):
            yield found(
                "start-command-not-found",
                process.where,
                values={
                    "command": program,
                    "package": PACKAGES[program],
                    "requirements": context.project.requirements.file,
                },
            )
    elif language is not None and not by_python:
        told, _ = told_buildpacks(context)
        has_package = context.project.deployed("package.json")
        if not has_package and not any(language in name for name in told):
            yield found("start-command-not-found", process.where, values={"command": program})
    else:
        yield from _script(context, process, invocation)


def _script(context: Context, process: Process, invocation: Invocation) -> Iterator[Finding]:
    written = _script_name(invocation)
    if not written or "$" in written or posixpath.isabs(written.removeprefix("/app/")):
        return
    path = scripts.find(context.project, written, invocation.folder)
    entry = context.project.files.get(path) if path else None
    if entry is None:
        if not _made_elsewhere(context, written):
            yield _cannot_run(process, written)
    elif not entry.deployed or (
        _must_be_executable(invocation)
        and not (entry.executable or _made_executable(context, process, written))
    ):
        yield _cannot_run(process, written, FileSpan(path))


def _made_elsewhere(context: Context, written: str) -> bool:
    """Whether a file may be made while the app is built, or brought by another buildpack."""
    brought = ("bin/start-", "vendor/", "node_modules/", ".")
    return written.removeprefix("./").startswith(brought) or _may_be_made(context)


def _cannot_run(process: Process, written: str, *others: Span) -> Finding:
    if process.name == "release":
        values = {"command": process.command}
        return found("release-phase-failed", process.where, *others, values=values)
    interpreter = f"bash {written}" if written.endswith(".sh") else f"python {written}"
    values = {"command": written, "script": written, "interpreter": interpreter}
    return found("start-command-not-found", process.where, *others, values=values)


def _must_be_executable(invocation: Invocation) -> bool:
    return invocation.program not in SHELLS and not _by_python(invocation)


def _script_name(invocation: Invocation) -> str:
    """Return the file of the project's that is run; "" where an installed program is."""
    if invocation.program in SHELLS:
        return next((word for word in invocation.arguments if not word.startswith("-")), "")
    if _by_python(invocation):
        if "python" in invocation.through:
            return ""
        names = [word for word in invocation.arguments if not word.startswith("-")]
        return names[0] if names and names[0].endswith(".py") else ""
    written = invocation.written
    return written if "/" in written else ""


def _by_python(invocation: Invocation) -> bool:
    return invocation.program.startswith("python")


def _may_be_made(context: Context) -> bool:
    """Whether something that runs in the build may make files: another buildpack, a hook."""
    told, _ = told_buildpacks(context)
    hooks = ("bin/post_compile", "bin/pre_compile")
    return len(told) > 1 or any(context.project.deployed(hook) for hook in hooks)


def _made_executable(context: Context, process: Process, written: str) -> bool:
    if "chmod" in process.command:
        return True
    name = posixpath.basename(written)
    for hook in ("bin/post_compile", "bin/pre_compile"):
        text = context.project.text(context.project.at_base(hook))
        if text is not None and "chmod" in text.content and name in text.content:
            return True
    return False


RULES: Final = (
    Rule("gunicorn-not-installed", ("gunicorn-not-installed",), _gunicorn),
    Rule("start-command-not-found", ("start-command-not-found", "release-phase-failed"), _program),
)
