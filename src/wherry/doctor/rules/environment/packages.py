"""A package here has another version than the one that the host will install."""

from collections.abc import Iterator
from typing import Final

from wherry.dependencies.requirement import RequirementLine
from wherry.doctor.environment import Environment
from wherry.doctor.rule import Context, Rule, found
from wherry.estimate import requirement_lines
from wherry.findings import Evidence, FileSpan, Finding, How

CAUSE: Final = "environment-differs"


def _check(context: Context) -> Iterator[Finding]:
    environment = context.environment
    if environment is None or context.python is None:
        return
    for line in requirement_lines.installed(context.project.requirements):
        if line.applies(context.python) and not line.url:
            yield from _compare(line, environment, context)


def _compare(line: RequirementLine, here: Environment, context: Context) -> Iterator[Finding]:
    installed, wanted = here.version(line.key), _wanted(line, context)
    # A package that is not here took no part in what was tried here.
    if installed is None or wanted is None or _is_equal(installed, wanted):
        return
    yield found(
        CAUSE,
        FileSpan(line.file, line.line or None, quote=line.raw),
        values={
            "what": f"{line.name} {installed} here, {wanted} there",
            "here": f"{line.name} {installed}",
            "there": wanted,
            "file": line.file,
            "replacement": f"{line.name}=={installed.partition('+')[0]}",
            "requirements": context.project.requirements.file or "requirements.txt",
            "python": ".".join(map(str, context.python or ())),
        },
        evidence=(
            Evidence(f"{line.name} here", installed, How.READ),
            Evidence(f"{line.name} there", wanted, How.READ),
        ),
    )


def _wanted(line: RequirementLine, context: Context) -> str | None:
    """Return the version that the host will install: the pin, or what the index has for it."""
    if line.exact is not None:
        return line.exact
    package = None if context.resolution is None else context.resolution.package(line.key)
    return None if package is None else package.version


def _is_equal(one: str, other: str) -> bool:
    """Whether two versions are one: ``2.0`` and ``2.0.0``, ``2.1.0+cpu`` and ``2.1.0``."""
    return _parts(one) == _parts(other)


def _parts(version: str) -> list[str]:
    parts = version.partition("+")[0].lower().split(".")
    while len(parts) > 1 and parts[-1] == "0":
        parts.pop()
    return parts


PACKAGES_DIFFER: Final = Rule("packages-here-differ", (CAUSE,), _check)
