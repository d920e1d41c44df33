"""Findings of one cause as a colleague would tell of them.

In this order: where, what, evidence against limit, why, what to do, how to check, more.
"""

import textwrap
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Final

from wherry.causes.filling import fill
from wherry.findings import Confidence, Finding, LogSpan, Role, Span
from wherry.masking import mask
from wherry.platforms.hosts import Target
from wherry.render import words
from wherry.render.grouping import Group
from wherry.render.remedies import Step, check_commands, steps
from wherry.render.style import Style

_MOST_PLACES: Final = 12
_MOST_STEPS: Final = 3
_MOST_LINES: Final = 12  # of an edit
_QUOTE_FROM: Final = 30  # columns in which places stand before their quotes
_SHORTEST_QUOTE: Final = 40  # columns; a quote that had fewer gets a line to itself
_CONFIDENCES: Final = {Confidence.MEDIUM: "likely, not certain", Confidence.LOW: "only a suspicion"}


@dataclass(frozen=True, slots=True)
class Telling:
    """How findings are told.

    Attributes:
        target: Where the project is to run; remedies of other platforms are left out.
        python: What the host runs; remedies for others are left out.
        prefix: Stands before every path, where the project is not the folder one is in.
        brief: Whether there is one line for each place, and the rest left to ``wherry causes``.
        told_fixes: What was told before: a fix of many lines is not told again.
    """

    style: Style
    target: Target | None = None
    python: tuple[int, int] | None = None
    prefix: str = ""
    brief: bool = False
    told_fixes: set[str] = field(default_factory=set)


def tell(group: Group, telling: Telling, follows: str = "") -> str:
    """Return the findings of one cause as text; ``follows`` names what they follow from."""
    if telling.brief:
        lines = list(_brief(group, telling))
    else:
        lines = [
            *_places(group, telling),
            *_heading(group, telling, follows),
            *_evidence(group, telling),
            *_why(group, telling),
            *_what_to_do(group, telling),
            *_check(group, telling),
        ]
    return "\n".join(line.rstrip() for line in lines) + "\n"


def _brief(group: Group, telling: Telling) -> Iterator[str]:
    label = telling.style.paint(f"{group.severity.value} {group.cause.code}", group.severity)
    for finding in group.findings:
        for span in finding.where or (None,):
            where = "" if span is None else f"{words.place(span, telling.prefix)}: "
            yield f"{where}{label} {finding.title}"


def _heading(group: Group, telling: Telling, follows: str) -> Iterator[str]:
    style = telling.style
    label = f"{group.severity.value} {group.cause.code}"
    first, *rest = _wrapped(f"{label}  {group.title}", style, "", "  ")
    told = first.removeprefix(label)
    yield style.paint(label, group.severity) + style.paint(told, "bold")
    yield from (style.paint(line, "bold") for line in rest)
    if group.role is Role.CONSEQUENCE and follows:
        yield from _wrapped(f"It follows from {follows}: mend that first.", style, "  ", "  ")


def _places(group: Group, telling: Telling) -> Iterator[str]:
    spans = [span for finding in group.findings for span in finding.where]
    for span in spans[:_MOST_PLACES]:
        yield from _place(span, telling)
    if len(spans) > _MOST_PLACES:
        yield f"... and in {words.count(len(spans) - _MOST_PLACES, 'more place')}"


def _place(span: Span, telling: Telling) -> Iterator[str]:
    where = words.place(span, telling.prefix)
    quotes = words.quotes(span)
    if isinstance(span, LogSpan):
        yield where
        yield from (f"  | {line}" for line in quotes)
        return
    quote = quotes[0] if quotes else ""
    room = telling.style.width - max(_QUOTE_FROM, len(where) + 2) - 2
    if not quote:
        yield where
    elif room < len(quote) and room < _SHORTEST_QUOTE:
        yield where
        yield f"  | {_cut(quote, telling.style.width - 4)}"
    else:
        yield f"{where:{_QUOTE_FROM - 2}}  | {_cut(quote, room)}"


def _cut(text: str, room: int) -> str:
    return text if len(text) <= room else f"{text[: room - 3]}..."


def _evidence(group: Group, telling: Telling) -> Iterator[str]:
    told: dict[str, list[Finding]] = {}
    for finding in group.findings:
        for line in _facts(finding):
            told.setdefault(line, []).append(finding)
    for line, findings in list(told.items())[:_MOST_LINES]:
        of_all = len(findings) == len(group.findings)
        where = "" if of_all or not findings[0].where else _short(findings[0].where[0])
        yield from _wrapped(f"{where}{line}", telling.style, "  ", "    ")


def _facts(finding: Finding) -> Iterator[str]:
    yield from map(words.evidence, finding.evidence)
    if finding.confidence is not Confidence.HIGH:
        yield f"This is {_CONFIDENCES[finding.confidence]}."
    if finding.alternatives:
        others = words.listed(f"{cause.code} {cause.name}" for cause in finding.alternatives)
        yield f"It may also be {others}."
    if finding.settled_by:
        yield f"To settle it: {mask(finding.settled_by)}"


def _short(span: Span) -> str:
    """Return what tells a finding from its neighbours: the line, or what stands there."""
    quotes = words.quotes(span)
    return f"{_cut(quotes[0], _SHORTEST_QUOTE)}: " if quotes else f"{words.place(span)}: "


def _why(group: Group, telling: Telling) -> Iterator[str]:
    yield ""
    yield from _wrapped(group.why, telling.style, "  ", "  ")


def _what_to_do(group: Group, telling: Telling) -> Iterator[str]:
    values = [finding.values for finding in group.findings]
    families = None if telling.target is None else telling.target.families
    ways = steps(group.cause, values, families, telling.python)
    if ways:
        yield ""
        yield "  What to do"
    for index, way in enumerate(ways[:_MOST_STEPS], 1):
        yield from _step(index, way, telling.style)
    yield from _fix(group, telling)


def _step(index: int, way: Step, style: Style) -> Iterator[str]:
    yield from _wrapped(f"{index}. {way.text}", style, "    ", "       ")
    if way.needs:
        yield from _wrapped(f"(needs {way.needs})", style, "       ", "       ")
    for file, text in way.edits:
        yield f"       {file}:"
        lines = text.splitlines()
        yield from (f"         {line}" for line in lines[:_MOST_LINES])
        if len(lines) > _MOST_LINES:
            yield f"         ... and {words.count(len(lines) - _MOST_LINES, 'more line')}"
    yield from _commands(way.commands, "       ")


def _commands(commands: tuple[str, ...], indent: str) -> Iterator[str]:
    yield from (f"{indent}$ {line}" for line in commands[:_MOST_LINES])
    if len(commands) > _MOST_LINES:
        yield f"{indent}... and {words.count(len(commands) - _MOST_LINES, 'more such command')}"


def _fix(group: Group, telling: Telling) -> Iterator[str]:
    fixes = [finding.fix for finding in group.findings if finding.fix is not None]
    for safe, option in ((True, "--fix"), (False, "--fix --unsafe-fixes")):
        texts = {fix.text for fix in fixes if fix.safe is safe}
        if not texts:
            continue
        word = f"Or let Wherry do it (`wherry doctor {option}`)"
        new = sorted(texts - telling.told_fixes)
        done = "; ".join(mask(text).rstrip(".") for text in new[:_MOST_STEPS])
        telling.told_fixes.update(texts)
        told = f"{word}: {done}." if new else f"{word}: the same as above."
        yield from _wrapped(told, telling.style, "    ", "       ")


def _check(group: Group, telling: Telling) -> Iterator[str]:
    values = [finding.values for finding in group.findings]
    told = mask(fill(group.cause.check.text, group.shared))
    yield ""
    yield from _wrapped(f"To check: {told}", telling.style, "  ", "  ")
    yield from _commands(check_commands(group.cause, values), "    ")
    yield f"  More: wherry causes {group.cause.code}"


def _wrapped(text: str, style: Style, indent: str, hanging: str) -> list[str]:
    return textwrap.wrap(
        text,
        style.width,
        initial_indent=indent,
        subsequent_indent=hanging,
        break_long_words=False,
        break_on_hyphens=False,
    )


def wrapped(text: str, style: Style, indent: str = "", hanging: str = "") -> Iterable[str]:
    """Return a paragraph in lines that fit."""
    return _wrapped(text, style, indent, hanging)
