"""A rehearsal that has ended, as a person reads it in a terminal; the verdict is its last line."""

from collections.abc import Iterator
from typing import Final

from wherry.causes.cause import Severity
from wherry.masking import mask
from wherry.rehearse.rehearsal import (
    Boot,
    MemoryCurve,
    Outcome,
    Rehearsal,
    RequestKind,
    Traffic,
)
from wherry.render import words
from wherry.render.finding_text import Telling, tell, wrapped
from wherry.render.grouping import group
from wherry.render.rehearsal.quantities import seconds
from wherry.render.style import Style

_MOST_KINDS: Final = 12
_MOST_FILES: Final = 12
_MOST_SKIPPED: Final = 5
_LABEL: Final = 10  # columns


def render(rehearsal: Rehearsal, style: Style) -> str:
    """Return the whole report."""
    telling = Telling(style, target=rehearsal.target)
    parts = [
        *(tell(item, telling) for item in group(rehearsal.findings)),
        "\n".join(line.rstrip() for line in _summary(rehearsal, style)) + "\n",
        verdict_line(rehearsal, style) + "\n",
    ]
    return "\n".join(part for part in parts if part.strip())


def verdict_line(rehearsal: Rehearsal, style: Style) -> str:
    """Return the last word."""
    kind = {True: "added", False: Severity.ERROR}[rehearsal.verdict.good]
    if rehearsal.verdict.outcome is Outcome.RUNS_BUT:
        kind = Severity.WARNING
    told = f"{mask(rehearsal.project)} on {rehearsal.target.name}: "
    return told + style.paint(mask(rehearsal.verdict.text), kind)


def _summary(rehearsal: Rehearsal, style: Style) -> Iterator[str]:
    overlay = ", ".join(f"{name} {value:g}" for name, value in rehearsal.overlay.items())
    if overlay:
        yield from _row("limits", f"{overlay}: set for this run, not the platform's", style)
    for remark in rehearsal.remarks:
        yield from _row(remark.about, mask(remark.text), style)
    for skipped in rehearsal.skipped[:_MOST_SKIPPED]:
        yield from _row("not done", f"{mask(skipped.what)}: {mask(skipped.reason)}", style)
    if len(rehearsal.skipped) > _MOST_SKIPPED:
        more = len(rehearsal.skipped) - _MOST_SKIPPED
        yield from _row("", f"and {more} more, which --json and --html name", style)
    yield ""
    yield from _slug(rehearsal, style)
    for boot in rehearsal.boots:
        yield from _row("boot", boot_line(boot), style)
    for curve in rehearsal.memory:
        yield from _row("memory", memory_line(curve, rehearsal), style)
    if rehearsal.traffic is not None:
        yield from _traffic(rehearsal.traffic, style)
    yield from _vanished(rehearsal, style)


def _row(label: str, text: str, style: Style) -> Iterator[str]:
    # A label is never part of the wrapped text, so that every row begins in the same column.
    indent = " " * (_LABEL + 2)
    lines = list(wrapped(text, style, indent, indent)) or [indent]
    first = lines[0][_LABEL + 2 :]
    gap = " " * max(1, _LABEL + 2 - len(label))
    yield style.paint(label, "dim") + gap + first
    yield from lines[1:]


def _slug(rehearsal: Rehearsal, style: Style) -> Iterator[str]:
    slug = rehearsal.slug
    if slug is None:
        return
    limit = rehearsal.limits.slug_limit_bytes
    told = words.size(slug.size_bytes)
    if limit:
        told += f" of {words.size(limit)}"
    largest = ", ".join(
        f"{part.name} {words.size(part.size_bytes)}" for part in slug.parts[:3] if part.size_bytes
    )
    yield from _row("slug", f"{told}; the largest: {largest}" if largest else told, style)


def boot_line(boot: Boot) -> str:
    """Return how a dyno started, in one line."""
    moments = ", ".join(f"{moment.name} {seconds(moment.since_s)}" for moment in boot.moments)
    return f"{boot.dyno} {boot.state}: {moments}" if moments else f"{boot.dyno} {boot.state}"


def memory_line(curve: MemoryCurve, rehearsal: Rehearsal) -> str:
    """Return a dyno's memory, in one line."""
    quota = rehearsal.limits.memory_bytes
    idle = "" if curve.idle_bytes is None else f"{words.size(curve.idle_bytes, 1024)} before any "
    told = f"{curve.dyno} {idle}{'request, ' if idle else ''}"
    told += f"{words.size(curve.peak_bytes, 1024)} at its most"
    if quota:
        share = curve.peak_bytes / quota
        told += f", {share:.0%} of its {words.size(quota, 1024)}"
    return told


def _traffic(traffic: Traffic, style: Style) -> Iterator[str]:
    failed = sum(
        count for kind in traffic.kinds for status, count in kind.statuses.items() if status >= 500
    )
    told = f"{words.count(traffic.requests, 'request')} ({mask(traffic.source)}), {failed} failed"
    yield from _row("traffic", told, style)
    for kind in traffic.kinds[:_MOST_KINDS]:
        yield from _row("", kind_line(kind), style)
    if len(traffic.kinds) > _MOST_KINDS:
        yield from _row("", f"and {len(traffic.kinds) - _MOST_KINDS} more kinds of them", style)
    if traffic.limit:
        yield from _row("limit", mask(traffic.limit), style)
    restart = traffic.restart
    if restart is not None:
        told = (
            f"under load, {seconds(restart.seconds)}: of "
            f"{words.count(restart.requests, 'request')} {restart.lost} lost, {restart.late} late"
        )
        yield from _row("restart", told, style)


def kind_line(kind: RequestKind) -> str:
    """Return what became of one kind of requests."""
    statuses = ", ".join(f"{status} x {count}" for status, count in sorted(kind.statuses.items()))
    codes = "".join(f", {code} x {count}" for code, count in sorted(kind.codes.items()))
    return (
        f"{kind.method} {mask(kind.path)}: {statuses}{codes}; p50 {seconds(kind.p50_s)}, "
        f"p99 {seconds(kind.p99_s)}"
    )


def _vanished(rehearsal: Rehearsal, style: Style) -> Iterator[str]:
    if not rehearsal.vanished:
        return
    yield from _row(
        "vanishes",
        f"{words.count(len(rehearsal.vanished), 'file')} that the next restart undoes",
        style,
    )
    for file in rehearsal.vanished[:_MOST_FILES]:
        by = f" by {mask(file.request)}" if file.request else ""
        kind = "" if file.kind == "new" else f" ({file.kind})"
        yield from _row("", f"{mask(file.path)}, {words.size(file.size_bytes)}{kind}{by}", style)
    if len(rehearsal.vanished) > _MOST_FILES:
        yield from _row("", f"and {len(rehearsal.vanished) - _MOST_FILES} more", style)


def log(rehearsal: Rehearsal) -> str:
    """Return the app's log as a file, free of secrets."""
    return "".join(f"{mask(line)}\n" for line in rehearsal.log)
