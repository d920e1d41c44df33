"""A diagnosis as a person reads it in a terminal or in the log of a build."""

from collections.abc import Iterator
from typing import Final

from wherry.causes.catalogue import cause
from wherry.causes.cause import Severity
from wherry.doctor.diagnosis import Diagnosis
from wherry.doctor.merging import origin
from wherry.doctor.rules.estimates.predictions import Predictions
from wherry.masking import mask
from wherry.platforms.facts import Fact
from wherry.render import words
from wherry.render.finding_text import Telling, tell, wrapped
from wherry.render.grouping import Group, group
from wherry.render.style import Style

_HEADINGS: Final = {
    Severity.ERROR: "Errors: the build, the start or the first request fails",
    Severity.WARNING: "Warnings: it fails under load, after a restart or on an upgrade, or leaks",
    Severity.NOTE: "Notes: hygiene",
}


def render(
    diagnosis: Diagnosis, style: Style | None = None, *, prefix: str = "", brief: bool = False
) -> str:
    """Return a diagnosis as text.

    Args:
        style: Its width and colours; 80 columns without colour where nothing is said.
        prefix: What stands before every path, where the project is not the folder one is in.
        brief: Whether reasons and ways out are left out: one line for each place.
    """
    telling = Telling(
        style or Style(),
        target=diagnosis.target,
        python=diagnosis.python,
        prefix=prefix,
        brief=brief,
    )
    parts = ["\n".join(wrapped(_opening(diagnosis), telling.style)) + "\n"]
    groups = group(diagnosis.findings)
    for severity in Severity:
        told = [_told(item, groups, telling) for item in groups if item.severity is severity]
        if told:
            told = ["".join(told)] if brief else told
            parts += [telling.style.paint(_rule(severity, telling.style), severity), *told]
    if diagnosis.predictions is not None and not brief:
        parts.append("\n".join(_predicted(diagnosis.predictions, telling)) + "\n")
    parts.append("\n".join(_closing(diagnosis, groups, telling)) + "\n")
    return "\n".join(parts)


def _opening(diagnosis: Diagnosis) -> str:
    size = diagnosis.target.find("memory_mib")
    told = [diagnosis.target.name]
    if isinstance(size, Fact):
        told.append(size.text)
    told.append(_python(diagnosis))
    name = mask(diagnosis.root.name or str(diagnosis.root))
    return f"{name} for {', '.join(filter(None, told))}"


def _python(diagnosis: Diagnosis) -> str:
    if diagnosis.python is None:
        return ""
    version = f"Python {diagnosis.python[0]}.{diagnosis.python[1]}"
    return version if diagnosis.python_asked else f"{version} (the host's choice)"


def _rule(severity: Severity, style: Style) -> str:
    heading = _HEADINGS[severity]
    room = style.width - len(heading) - 1
    lines = [f"{heading} {'-' * room}"] if room > 0 else wrapped(heading, style)
    return "\n".join(lines) + "\n"


def _told(item: Group, groups: tuple[Group, ...], telling: Telling) -> str:
    name = origin(item.findings[0], (other.cause.name for other in groups))
    follows = "" if name is None else f"{cause(name).code} {name}"
    return tell(item, telling, follows)


def _predicted(predictions: Predictions, telling: Telling) -> Iterator[str]:
    """Say what it will weigh and need, also where nothing is wrong with that."""
    if not predictions.each:
        return
    yield "What it will need there, as far as its files tell:"
    for one in predictions.each:
        told = words.evidence(one.prediction.evidence(one.limit))
        yield from wrapped(told, telling.style, "  ", "    ")


def _closing(diagnosis: Diagnosis, groups: tuple[Group, ...], telling: Telling) -> Iterator[str]:
    style = telling.style
    yield from wrapped(_verdict(diagnosis), style)
    if telling.brief and groups:
        yield "`wherry causes CODE` says why, and what to do."
    yield from wrapped(_mendable(diagnosis), style)
    yield from wrapped(_framework(diagnosis), style)
    for line in _not_told(diagnosis):
        yield from wrapped(line, style)
    if diagnosis.unused_ignores:
        yield "These comments silence nothing:"
        for comment in diagnosis.unused_ignores:
            told = f": {comment.mistake}" if comment.mistake else ""
            line = f"{telling.prefix}{comment.path}:{comment.line}  {comment.text}{told}"
            yield from wrapped(mask(line), style, "  ", "    ")
    if diagnosis.skipped:
        yield "Not inspected, so neither well nor ill:"
        for item in diagnosis.skipped:
            yield from wrapped(mask(f"{item.what}: {item.reason}"), style, "  ", "    ")


def _verdict(diagnosis: Diagnosis) -> str:
    counts = [
        words.count(diagnosis.count(severity), severity.value)
        for severity in Severity
        if diagnosis.count(severity)
    ]
    if not counts:
        seen = words.count(diagnosis.files, "file")
        return f"Nothing was found in {seen} that would keep it from running there."
    if diagnosis.count(Severity.ERROR):
        return f"{words.listed(counts)}. As it is, it will not run there."
    return f"{words.listed(counts)}. It should start there; see above for what comes later."


def _mendable(diagnosis: Diagnosis) -> str:
    fixes = {finding.fix for finding in diagnosis.findings if finding.fix is not None}
    safe = sum(fix.safe for fix in fixes)
    risky = len(fixes) - safe
    if not fixes:
        return ""
    if not safe:
        return (
            f"Wherry can mend {risky} of these with `wherry doctor --fix --unsafe-fixes`; `--diff` "
            "instead of `--fix` only shows it. Look at the result: the code may do other things."
        )
    more = f", and {risky} more with `--unsafe-fixes`" if risky else ""
    return (
        f"Wherry can mend {safe} of these with `wherry doctor --fix`{more}; `--diff` instead of "
        "`--fix` only shows it."
    )


def _framework(diagnosis: Diagnosis) -> str:
    if diagnosis.framework == "django":
        return ""
    if not diagnosis.framework:
        return (
            "There is no Django project here that Wherry can see, so that only what holds for "
            "every Python app was looked at; `--app` names the folder if it lies elsewhere."
        )
    name = _FRAMEWORKS.get(diagnosis.framework, diagnosis.framework)
    return (
        f"This is a {name} app. What is known of Django's settings and views does not fit it and "
        "was left out; the rest was looked at."
    )


_FRAMEWORKS: Final = {"flask": "Flask", "fastapi": "FastAPI", "streamlit": "Streamlit"}


def _not_told(diagnosis: Diagnosis) -> Iterator[str]:
    if diagnosis.silenced:
        places = words.count(diagnosis.silenced, "place")
        yield f"Left out: {places} that a comment or [tool.wherry] silences."
    if diagnosis.known:
        yield f"Left out: {words.count(diagnosis.known, 'place')} that the baseline holds."
    if diagnosis.gone:
        places = words.count(diagnosis.gone, "place")
        yield f"Gone since the baseline was written: {places}. Write it anew."
