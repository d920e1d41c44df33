"""What several of the rules ask of a project and of its host."""

from typing import Final

from wherry.causes import catalogue
from wherry.doctor.rule import Context
from wherry.findings import Change, Fix
from wherry.project.host_python import uses_image
from wherry.project.requirements.requirement import Requirement, canonical

WEB_PACKAGES: Final = (
    *("django", "flask", "fastapi", "starlette", "bottle", "tornado", "aiohttp", "quart"),
    *("sanic", "falcon", "pyramid", "streamlit", "gradio", "dash"),
)


def applies(context: Context, cause: str) -> bool:
    """Whether a cause can happen on the host at all."""
    platforms = catalogue.cause(cause).platforms
    return platforms is None or not platforms.isdisjoint(context.target.families)


def built_by_buildpack(context: Context) -> bool:
    """Whether Heroku's Python buildpack builds the project, here or on Dokku."""
    platform = context.target.platform.name
    return platform in ("heroku", "dokku") and not uses_image(context.project, platform)


def on_fir(context: Context) -> bool:
    """Whether the host is Heroku's Fir generation."""
    return "heroku-fir" in context.target.families


def runs_in_image(context: Context) -> bool:
    """Whether the project's Dockerfile makes what runs."""
    return uses_image(context.project, context.target.platform.name)


def is_python(context: Context) -> bool:
    """Whether the project has any Python of its own, or asks for packages."""
    project = context.project
    return bool(project.files.sources) or bool(project.requirements.declared)


def is_web(context: Context) -> bool:
    """Whether the project answers requests: it has a manage.py, or asks for a web framework."""
    project = context.project
    if any(entry.deployed for entry in project.files.named("manage.py")):
        return True
    return any(project.requirements.get(name) for name in WEB_PACKAGES)


def on_host(requirement: Requirement, python: tuple[int, int] | None) -> bool:
    """Whether a requirement's marker lets it be installed on a Linux host."""
    if not requirement.marker:
        return True
    from packaging.markers import InvalidMarker, Marker, UndefinedEnvironmentName

    version = ".".join(map(str, python or (3, 12)))
    linux = {
        "python_version": version,
        "python_full_version": f"{version}.0",
        "sys_platform": "linux",
        "platform_system": "Linux",
        "os_name": "posix",
        "platform_machine": "x86_64",
        "extra": "",
    }
    try:
        return Marker(requirement.marker).evaluate(linux)
    except (InvalidMarker, UndefinedEnvironmentName):
        return True


def installed(context: Context, *names: str) -> bool:
    """Whether one of these packages is installed on the host, or may be: not all is known."""
    requirements = context.project.requirements
    if not requirements.complete:
        return True
    for name in names:
        if requirements.may_name(name):
            return True
        asked = [item for item in requirements.declared if item.name == canonical(name)]
        if any(on_host(item, context.python) for item in asked):
            return True
        locked = None if requirements.lock is None else requirements.lock.get(canonical(name))
        if locked is not None and not locked.groups and not _only_in_groups(context, name):
            return True
    return False


def _only_in_groups(context: Context, name: str) -> bool:
    """Whether the project asks for a package in a group, and its lock tells no groups.

    Poetry 1 wrote none; such a package is locked and left out of what the host installs.
    """
    requirements = context.project.requirements
    lock = requirements.lock
    if lock is None or lock.kind != "poetry" or any(item.groups for item in lock.packages):
        return False
    return any(item.name == canonical(name) for item in requirements.optional)


def create(path: str, text: str, what: str, *, safe: bool = True) -> Fix:
    """Return the fix that writes a new file."""
    return Fix(what, (Change(path, None, text),), safe=safe)


def replace_line(
    context: Context, path: str, number: int, line: str, what: str, *, safe: bool = True
) -> Fix | None:
    """Return the fix that replaces one line of a file; None where the file cannot be read."""
    return _with_line(context, path, number, line, what, safe=safe)


def remove_line(
    context: Context, path: str, number: int, what: str, *, safe: bool = True
) -> Fix | None:
    """Return the fix that takes one line out of a file; None where the file cannot be read."""
    return _with_line(context, path, number, None, what, safe=safe)


def _with_line(
    context: Context, path: str, number: int, line: str | None, what: str, *, safe: bool
) -> Fix | None:
    text = context.project.text(path)
    if text is None:
        return None
    lines = text.content.splitlines(keepends=True)
    if not 0 < number <= len(lines):
        return None
    old = lines[number - 1]
    ending = old[len(old.rstrip("\r\n")) :]
    lines[number - 1] = "" if line is None else f"{line}{ending}"
    return Fix(what, (Change(path, text.content, "".join(lines)),), safe=safe)


def append_line(
    context: Context, path: str, line: str, what: str, *, safe: bool = True
) -> Fix | None:
    """Return the fix that adds a line to the end of a file; None where it cannot be read."""
    text = context.project.text(path)
    if text is None:
        return None
    content = text.content
    newline = "\r\n" if text.crlf else "\n"
    body = content if not content or content.endswith("\n") else f"{content}{newline}"
    return Fix(what, (Change(path, content, f"{body}{line}{newline}"),), safe=safe)


def dotted(version: tuple[int, int]) -> str:
    """Return a version as people write it: ``3.12``."""
    return f"{version[0]}.{version[1]}"
