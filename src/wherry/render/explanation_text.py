"""What a log tells, as a person reads it: first causes, what followed, what is only noise."""

from collections.abc import Iterable, Iterator

from wherry.explain.explanation import Explanation
from wherry.findings import Finding, LogSpan, Role
from wherry.masking import mask
from wherry.render import words
from wherry.render.finding_text import Telling, tell, wrapped
from wherry.render.grouping import Group, group


def render(explanation: Explanation, telling: Telling, told: Iterable[Finding] = ()) -> str:
    """Return an explanation as text; what was ``told`` already is left out."""
    known = {key(finding) for finding in told}
    new = [finding for finding in explanation.findings if key(finding) not in known]
    parts = [
        *(render_one(item, telling, explanation) for item in group(_of(new, Role.FIRST))),
        *(render_one(item, telling, explanation) for item in group(_of(new, Role.CONSEQUENCE))),
        *(_outside(span, telling) for span in explanation.outside),
        _noise(_of(new, Role.NOISE), telling),
        "\n".join(wrapped(closing(explanation), telling.style)) + "\n",
    ]
    return "\n".join(part for part in parts if part)


def render_one(item: Group, telling: Telling, explanation: Explanation) -> str:
    """Return the findings of one cause as text."""
    return tell(item, telling, _origin(item, explanation))


def key(finding: Finding) -> tuple[str, str]:
    """Return what a finding is known by while the log still grows."""
    span = finding.where[0]
    lines = span.lines if isinstance(span, LogSpan) else ()
    return finding.cause.code, ",".join(map(str, lines))


def closing(explanation: Explanation) -> str:
    """Return the last sentence: what it comes to."""
    first = explanation.first
    lines = words.count(explanation.lines, "line")
    if first:
        names = words.listed(
            dict.fromkeys(f"{finding.cause.code} {finding.cause.name}" for finding in first)
        )
        more = "Begin with the first of them." if len({item.cause for item in first}) > 1 else ""
        return f"{lines} read. What failed first: {names}. {more}".strip()
    if explanation.outside:
        return (
            f"{lines} read. Something failed whose cause is outside Wherry's catalogue; the line "
            "above says what."
        )
    return f"{lines} read: nothing in them tells of a failure."


def _of(findings: Iterable[Finding], role: Role) -> list[Finding]:
    return [finding for finding in findings if finding.role is role]


def _origin(item: Group, explanation: Explanation) -> str:
    if item.role is not Role.CONSEQUENCE or not explanation.first:
        return ""
    cause = explanation.first[0].cause
    return f"{cause.code} {cause.name}"


def _outside(span: LogSpan, telling: Telling) -> str:
    lines = [
        words.place(span),
        *(f"  | {line}" for line in words.quotes(span)),
        *wrapped("This failed, and no cause in Wherry's catalogue explains it.", telling.style),
    ]
    return "\n".join(lines) + "\n"


def _noise(findings: list[Finding], telling: Telling) -> str:
    if not findings:
        return ""
    return "\n".join(["No part of it", *_noise_lines(findings, telling)]) + "\n"


def _noise_lines(findings: list[Finding], telling: Telling) -> Iterator[str]:
    for finding in findings:
        where = mask(words.place(finding.where[0]))
        text = f"{where}: {finding.title} ({finding.cause.code})"
        yield from wrapped(text, telling.style, "  ", "    ")
