"""The Python that is asked for: too old, not there, or an old patch release."""

from collections.abc import Iterator
from typing import Final

from wherry.buildrules.pythons import Standing, newest_patch, standing, supported
from wherry.causes.cause import Severity
from wherry.doctor.rule import Context, Rule, found
from wherry.doctor.rules.files import pythons
from wherry.doctor.rules.files.circumstances import built_by_buildpack, dotted
from wherry.findings import Change, Confidence, Evidence, Finding, Fix, How, Span
from wherry.project.python_version import PythonVersion


def _check(context: Context) -> Iterator[Finding]:
    asked = context.project.python_version
    if not built_by_buildpack(context) or asked.version is None:
        return
    match standing(context.target, asked.version, asked.patch):
        case Standing.DEPRECATED:
            yield _old(context, asked, Severity.WARNING)
        case Standing.END_OF_LIFE:
            yield _old(context, asked, Severity.ERROR)
        case Standing.UNKNOWN:
            yield _missing(context, asked)
        case Standing.OLD_PATCH:
            yield _patch(context, asked, asked.version, old=True)
        case Standing.NO_SUCH_PATCH:
            yield _patch(context, asked, asked.version, old=False)


def _old(context: Context, asked: PythonVersion, severity: Severity) -> Finding:
    pin = pythons.best(context, asked.version)
    return found(
        "python-version-eol",
        *_where(asked),
        severity=severity,
        values=_values(asked, pin),
        evidence=_evidence(context, asked),
        fix=_pin(context, asked, pin, safe=False),
    )


def _missing(context: Context, asked: PythonVersion) -> Finding:
    pin = pythons.best(context, asked.version)
    return found(
        "runtime-not-available",
        *_where(asked),
        values=_values(asked, pin),
        evidence=_evidence(context, asked),
        fix=_pin(context, asked, pin, safe=False),
    )


def _patch(
    context: Context, asked: PythonVersion, version: tuple[int, int], *, old: bool
) -> Finding:
    newest = newest_patch(context.target, version)
    return found(
        "python-patch-pinned-old" if old else "runtime-not-available",
        *_where(asked),
        confidence=Confidence.HIGH if old else Confidence.MEDIUM,
        values=_values(asked, version),
        evidence=(
            Evidence("the pinned patch release", asked.asked or "", How.READ),
            Evidence("the newest known on the host", f"{dotted(version)}.{newest}", How.READ),
        ),
        fix=_pin(context, asked, version, safe=True),
    )


def _where(asked: PythonVersion) -> tuple[Span, ...]:
    return () if asked.where is None else (asked.where,)


def _values(asked: PythonVersion, pin: tuple[int, int]) -> dict[str, str]:
    return {"file": asked.file, "python": asked.asked or "", "pin_python": dotted(pin)}


def _evidence(context: Context, asked: PythonVersion) -> tuple[Evidence, ...]:
    builds = ", ".join(dotted(version) for version in supported(context.target))
    return (
        Evidence("the Python that is asked for", asked.asked or "", How.READ),
        Evidence("what the host builds", builds, How.READ),
    )


def _pin(context: Context, asked: PythonVersion, pin: tuple[int, int], *, safe: bool) -> Fix | None:
    """Return the fix that asks for another Python in the file that asks now."""
    name = asked.file.rpartition("/")[2]
    text = context.project.text(asked.file)
    if text is None or name not in (".python-version", "runtime.txt"):
        return None
    version = f"python-{dotted(pin)}" if name == "runtime.txt" else dotted(pin)
    lines = text.content.splitlines(keepends=True)
    number = asked.line or 1
    if not 0 < number <= len(lines):
        return None
    lines[number - 1] = f"{version}\n"
    after = f"{version}\n" if name == "runtime.txt" else "".join(lines)
    return Fix(
        f"Ask for Python {dotted(pin)} in {asked.file}",
        (Change(asked.file, text.content, after),),
        safe=safe,
    )


RULE: Final = Rule(
    "python-version-asked",
    ("python-version-eol", "runtime-not-available", "python-patch-pinned-old"),
    _check,
)
