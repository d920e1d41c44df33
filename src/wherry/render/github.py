"""Findings as annotations on a pull request, as GitHub's workflow commands have them."""

from collections.abc import Iterable, Iterator
from typing import Final

from wherry.causes.cause import Severity
from wherry.doctor.diagnosis import Diagnosis
from wherry.findings import FileSpan, Finding
from wherry.masking import mask
from wherry.platforms.hosts import Target
from wherry.render.remedies import steps

_COMMANDS: Final = {
    Severity.ERROR: "error",
    Severity.WARNING: "warning",
    Severity.NOTE: "notice",
}


def render(diagnosis: Diagnosis, *, prefix: str = "") -> str:
    """Return one line for each place, which GitHub shows beside the code.

    Args:
        prefix: What stands before every path, where the project is not the repository's root.
    """
    lines = list(annotate(diagnosis.findings, diagnosis.target, diagnosis.python, prefix=prefix))
    lines += [
        command("notice", f"Not inspected: {item.what}", item.reason) for item in diagnosis.skipped
    ]
    lines += [
        command(
            "notice",
            "wherry",
            f"This comment silences nothing: {comment.text}",
            _properties(FileSpan(comment.path, comment.line), prefix),
        )
        for comment in diagnosis.unused_ignores
    ]
    return "".join(f"{line}\n" for line in lines)


def annotate(
    findings: Iterable[Finding],
    target: Target,
    python: tuple[int, int] | None = None,
    *,
    prefix: str = "",
) -> Iterator[str]:
    """Yield one line for each place of each finding."""
    for finding in findings:
        yield from _lines(finding, target, python, prefix)


def _lines(
    finding: Finding, target: Target, python: tuple[int, int] | None, prefix: str
) -> Iterator[str]:
    ways = steps(finding.cause, [finding.values], target.families, python)
    todo = [ways[0].text, *ways[0].commands] if ways else []
    message = "\n".join((finding.why, *todo, f"More: wherry causes {finding.cause.code}"))
    title = f"{finding.cause.code} {finding.title}"
    spans = [span for span in finding.where if isinstance(span, FileSpan)]
    for place in [_properties(span, prefix) for span in spans] or [""]:
        yield command(_COMMANDS[finding.severity], title, message, place)


def _properties(span: FileSpan, prefix: str) -> str:
    parts = [f"file={_property(prefix + span.path)}"]
    if span.line is not None:
        parts.append(f"line={span.line}")
        if span.end_line is not None:
            parts.append(f"endLine={span.end_line}")
        if span.column is not None:
            parts.append(f"col={span.column}")
    return ",".join(parts)


def command(name: str, title: str, message: str, place: str = "") -> str:
    """Return one workflow command: ``error``, ``warning`` or ``notice``, free of secrets."""
    properties = ",".join(part for part in (place, f"title={_property(mask(title))}") if part)
    return f"::{name} {properties}::{_data(mask(message))}"


def _data(text: str) -> str:
    """Escape a text as GitHub's runner does, so that no line of a project becomes a command."""
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")
