"""Lines that the host cannot install, each under the cause that its log would show."""

from collections.abc import Iterator
from dataclasses import replace
from typing import Final

from wherry.causes.cause import Severity
from wherry.dependencies import tensorflow_table
from wherry.dependencies.modules import nearest_package
from wherry.dependencies.requirement import RequirementLine
from wherry.dependencies.resolution import LineTrouble, Python, Trouble
from wherry.dependencies.substitutes import (
    MACOS_ONLY,
    NO_PACKAGES,
    SUBSTITUTES,
    WINDOWS_ONLY,
    Substitute,
)
from wherry.doctor.resolving import offered_pythons
from wherry.doctor.rule import Context, Rule, found
from wherry.doctor.rules.dependencies import repair
from wherry.doctor.rules.dependencies.situation import (
    changed,
    dotted,
    known,
    lines,
    several,
    where,
)
from wherry.findings import Evidence, Finding, Fix, How, Role

# Other rules speak of these: they are gone whatever the pin.
_ELSEWHERE: Final = frozenset(("tflite-runtime",))
_PLACES: Final = ("-f", "--find-links")
# No other version of these would do.
_NO_VERSION_HELPS: Final = frozenset(("windows-only-pin", "package-not-found"))
_PINS: Final = "pins-not-installable"
_NO_TENSORFLOW: Final = "tf-no-wheel-for-python"
_BUILT: Final = "sdist-build-python-too-new"
_OF_PYTHON: Final = {
    Trouble.PYTHON_TOO_NEW: _PINS,
    Trouble.PYTHON_TOO_OLD: "package-needs-newer-python",
    Trouble.NO_VERSION: _PINS,
    Trouble.NO_WHEEL: _PINS,
    Trouble.SOURCE_TOO_OLD: _PINS,
    Trouble.SOURCE_OLD_SETUPTOOLS: "sdist-needs-old-setuptools",
    Trouble.INVALID_METADATA: "invalid-metadata",
    Trouble.NO_PACKAGE: "package-not-found",
}


def cause_of(trouble: LineTrouble) -> str:
    """Return the name of the cause, or "" where another rule speaks of it."""
    key = trouble.line.key
    if key in _ELSEWHERE or trouble.builds:
        return ""
    if key == "sklearn":
        return "sklearn-dummy-package"
    if key == "tensorflow-gpu" and trouble.version.startswith("2.12"):
        return ""
    if trouble.elsewhere == {"windows"} or key in WINDOWS_ONLY:
        return "windows-only-pin"
    if trouble.elsewhere == {"macos"} or key in MACOS_ONLY:
        return "tf-no-wheel-for-platform" if key.startswith("tensorflow") else "package-not-found"
    if key in tensorflow_table.NAMES and trouble.trouble in (
        Trouble.PYTHON_TOO_NEW,
        Trouble.PYTHON_TOO_OLD,
        Trouble.NO_VERSION,
        Trouble.NO_WHEEL,
    ):
        return _NO_TENSORFLOW
    return _OF_PYTHON.get(trouble.trouble, "")


def _check(context: Context) -> Iterator[Finding]:
    resolution = known(context)
    if resolution is None or context.python is None:
        return
    groups: dict[str, list[LineTrouble]] = {}
    elsewhere = any(option.name in _PLACES for option in context.project.requirements.options)
    for trouble in resolution.troubles:
        if elsewhere and trouble.trouble in (Trouble.NO_VERSION, Trouble.NO_PACKAGE):
            continue  # a page of links that is not looked into
        if name := cause_of(trouble):
            groups.setdefault(name, []).append(trouble)
    plan = repair.repair(context)
    for name, troubles in groups.items():
        yield _finding(context, name, troubles, context.python, plan)
    built = [item for item in groups.get(_PINS, ()) if item.trouble is Trouble.SOURCE_TOO_OLD]
    if built:
        # The same pins, as the log will show them: pip goes on to build them, and fails.
        shown = _finding(context, _BUILT, built, context.python, plan)
        yield replace(shown, role=Role.CONSEQUENCE, evidence=(), fix=None)


def _finding(
    context: Context, name: str, troubles: list[LineTrouble], python: Python, plan: Fix | None
) -> Finding:
    evidence = [
        Evidence(trouble.line.text, trouble.detail, How.READ)
        for trouble in troubles
        if trouble.detail
    ]
    told = "" if name in _NO_VERSION_HELPS else repair.plan_text(context)
    if told:
        evidence.append(Evidence("the repair on each Python", told, How.READ))
    return found(
        name,
        *(where(trouble.line) for trouble in troubles),
        values=_values(context, name, troubles, python),
        evidence=tuple(evidence),
        fix=_fix(context, name, troubles) or plan,
    )


def _values(
    context: Context, name: str, troubles: list[LineTrouble], python: Python
) -> dict[str, str]:
    first = troubles[0]
    together = several(trouble.line for trouble in troubles)
    values = {
        # Where the text says what to write in the pin's place, it is one pin.
        "pin": first.line.text if name in _NO_VERSION_HELPS else together,
        "python": dotted(python),
        "requirements": first.line.file,
        "package": together if name == "package-not-found" else first.line.name,
    }
    if first.detail:
        values["reason"] = first.detail
    if replacement := _replacement(context, name, first, python):
        values["replacement"] = replacement
    best = repair.chosen(context)
    if best is not None:
        values["pin_python"] = dotted(best.python)
    elif name == _NO_TENSORFLOW and (newest := _newest_python(context, first.line)):
        values["pin_python"] = dotted(newest)
    return values


def _newest_python(context: Context, line: RequirementLine) -> Python | None:
    """Return the newest Python of the host that a pinned TensorFlow has a wheel for."""
    release = tensorflow_table.release(line.exact or "")
    offered = offered_pythons(context.target)
    fitting = [one for one in release.pythons if not offered or one in offered] if release else []
    return max(fitting, default=None)


def _replacement(context: Context, name: str, first: LineTrouble, python: Python) -> str:
    if name == "package-not-found":
        return _meant(first)
    best = repair.chosen(context)
    if best is not None and best.python == python:
        moved = {move.line: move.to for move in best.moves}
        return moved.get(first.line) or first.replacement
    return first.replacement


def _meant(trouble: LineTrouble) -> str:
    """Return what a name stands for that no index has, or a comment in its place."""
    substitute = SUBSTITUTES.get(trouble.line.key)
    meant = substitute.name if substitute else ""
    if not meant and trouble.line.key not in NO_PACKAGES:
        meant = nearest_package(trouble.line.name)
    return meant or f"# {trouble.line.text} removed: the index has nothing of that name"


def _fix(context: Context, name: str, troubles: list[LineTrouble]) -> Fix | None:
    """Return a fix of its own for what no version of it would mend."""
    if name == "windows-only-pin":
        edits = {trouble.line: _for_windows(trouble) for trouble in troubles}
        changes = changed(context.project, edits)
        return (
            Fix("Keep Windows-only packages for Windows", changes, safe=True) if changes else None
        )
    if name in ("package-not-found", "sklearn-dummy-package", "tf-no-wheel-for-platform"):
        named = {
            trouble.line: _substituted(trouble.line, substitute)
            for trouble in troubles
            if (substitute := SUBSTITUTES.get(trouble.line.key)) is not None
        }
        meant = {t.line: near for t in troubles if (near := nearest_package(t.line.name))}
        gone = {t.line: None for t in troubles if t.line.key in NO_PACKAGES}
        changes = changed(context.project, {**meant, **named, **gone})
        return (
            Fix("Require the packages by their real names", changes, safe=False)
            if changes
            else None
        )
    return None


def _substituted(line: RequirementLine, substitute: Substitute) -> str | None:
    """Return what stands for a line; the version goes along where both have the same ones."""
    if not substitute.name:
        return None
    return f"{substitute.name}{line.specifier}" if substitute.same_version else substitute.name


def _for_windows(trouble: LineTrouble) -> str:
    return f'{trouble.line.text} ; sys_platform == "win32"'


def _sklearn(context: Context) -> Iterator[Finding]:
    """The old placeholder still installs, and brings whatever scikit-learn is newest."""
    resolution = known(context)
    reported = {trouble.line for trouble in (resolution.troubles if resolution else ())}
    for line in lines(context):
        if line.key != "sklearn" or line in reported or line.url:
            continue
        changes = changed(context.project, {line: "scikit-learn"})
        yield found(
            "sklearn-dummy-package",
            where(line),
            severity=Severity.WARNING if line.exact == "0.0" else Severity.ERROR,
            values={"requirements": line.file, "pin": line.text},
            fix=Fix("Require scikit-learn", changes, safe=False) if changes else None,
        )


RULES: Final = (
    Rule(
        "not-installable",
        (
            *dict.fromkeys(_OF_PYTHON.values()),
            _BUILT,
            _NO_TENSORFLOW,
            "tf-no-wheel-for-platform",
            "windows-only-pin",
        ),
        _check,
    ),
    Rule("sklearn-placeholder", ("sklearn-dummy-package",), _sklearn),
)
