"""A rehearsal as one page: no script, nothing from the network, every text from outside escaped."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from wherry.masking import mask
from wherry.rehearse.rehearsal import Outcome, Rehearsal
from wherry.render import words
from wherry.render.grouping import Group, group
from wherry.render.rehearsal import tables
from wherry.render.rehearsal.plots.boot import draw_boot
from wherry.render.rehearsal.plots.latency import draw_latency
from wherry.render.rehearsal.plots.load import draw_load
from wherry.render.rehearsal.plots.memory import draw_memory
from wherry.render.rehearsal.plots.treemap import draw_slug
from wherry.render.rehearsal.progress import printable
from wherry.render.rehearsal.quantities import seconds
from wherry.render.remedies import Step, check_commands, steps

_MOST_LINES: Final = 400
"""Of each log: the page is to be read and pasted; the whole of it is in the JSON."""
_MOST_QUOTES: Final = 8
_MOST_STEPS: Final = 3


@dataclass(frozen=True, slots=True)
class Plot:
    """A drawing (an SVG element), and the words above and below it."""

    title: str
    caption: str
    svg: Markup


@dataclass(frozen=True, slots=True)
class Told:
    """A finding as the page shows it."""

    code: str
    name: str
    severity: str
    title: str
    why: str
    quotes: tuple[str, ...]
    places: tuple[str, ...]
    evidence: tuple[str, ...]
    doubt: str
    steps: tuple[Step, ...]
    check: str
    commands: tuple[str, ...]
    sources: tuple[tuple[str, str], ...]


def to_html(rehearsal: Rehearsal) -> str:
    """Return the page. Equal rehearsals give equal pages."""
    environment = Environment(
        loader=PackageLoader("wherry.render.rehearsal"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    return environment.get_template("page.html").render(_context(rehearsal))


def _context(rehearsal: Rehearsal) -> dict[str, Any]:
    return {
        "project": printable(mask(rehearsal.project)),
        "platform": f"{rehearsal.target.platform.title}, {rehearsal.target.size.name}",
        "outcome": rehearsal.verdict.outcome.value,
        "reason": printable(mask(rehearsal.verdict.reason)),
        "mood": _mood(rehearsal),
        "about": list(_about(rehearsal)),
        "steps": [
            (step.name, seconds(step.seconds), step.ok, printable(mask(step.detail)))
            for step in rehearsal.steps
        ],
        "overlay": [f"{name} = {value:g}" for name, value in rehearsal.overlay.items()],
        "findings": [_told(item, rehearsal) for item in group(rehearsal.findings)],
        "plots": list(_plots(rehearsal)),
        "tables": tables.build(rehearsal),
        "vanished": tables.vanished(rehearsal),
        "remarks": [(remark.about, printable(mask(remark.text))) for remark in rehearsal.remarks],
        "skipped": [
            (printable(mask(item.what)), printable(mask(item.reason))) for item in rehearsal.skipped
        ],
        "logs": list(_logs(rehearsal)),
        "begun": datetime.fromtimestamp(rehearsal.begun_at, UTC).strftime("%Y-%m-%d %H:%M UTC"),
    }


def _mood(rehearsal: Rehearsal) -> str:
    if rehearsal.verdict.outcome is Outcome.RUNS_BUT:
        return "but"
    return "good" if rehearsal.verdict.good else "bad"


def _about(rehearsal: Rehearsal) -> Iterator[str]:
    if rehearsal.revision:
        yield printable(mask(rehearsal.revision))
    if rehearsal.slug is not None:
        yield f"slug {words.size(rehearsal.slug.size_bytes)}"
    web = next((boot for boot in rehearsal.boots if boot.state == "up"), None)
    if web is not None and web.moments:
        bound = next((one for one in web.moments if one.name == "bound"), web.moments[-1])
        yield f"{bound.name} after {seconds(bound.since_s)}"
    peak = max((curve.peak_bytes for curve in rehearsal.memory), default=0)
    if peak:
        quota = rehearsal.limits.memory_bytes
        of = f" of {words.size(quota, 1024)}" if quota else ""
        yield f"{words.size(peak, 1024)}{of} memory"
    if rehearsal.traffic is not None:
        yield words.count(rehearsal.traffic.requests, "request")
    yield f"{seconds(rehearsal.seconds)} in all"


def _told(item: Group, rehearsal: Rehearsal) -> Told:
    values = [finding.values for finding in item.findings]
    spans = [span for finding in item.findings for span in finding.where]
    first = item.findings[0]
    doubt = ""
    if first.alternatives:
        others = words.listed(f"{cause.code} {cause.name}" for cause in first.alternatives)
        doubt = f"It may also be {others}."
    if first.settled_by:
        doubt += f" To settle it: {mask(first.settled_by)}."
    return Told(
        code=item.cause.code,
        name=item.cause.name,
        severity=item.severity.value,
        title=item.title,
        why=item.why,
        quotes=tuple(printable(line) for span in spans for line in words.quotes(span))[
            :_MOST_QUOTES
        ],
        places=tuple(dict.fromkeys(words.place(span) for span in spans))[:_MOST_QUOTES],
        evidence=tuple(
            words.evidence(fact) for finding in item.findings for fact in finding.evidence
        )[:_MOST_QUOTES],
        doubt=doubt.strip(),
        steps=steps(item.cause, values, rehearsal.target.families)[:_MOST_STEPS],
        check=mask(item.cause.check.text),
        commands=check_commands(item.cause, values),
        sources=tuple((source.title, source.url) for source in item.cause.sources if source.url),
    )


def _plots(rehearsal: Rehearsal) -> Iterator[Plot]:
    limits, traffic = rehearsal.limits, rehearsal.traffic
    kinds = () if traffic is None else traffic.kinds
    points = () if traffic is None else traffic.points
    drawn = (
        (
            "Memory over time",
            (
                "What the quota counts: anonymous memory, shared memory and swap of all processes. "
                "The file cache is not part of it."
            ),
            draw_memory(rehearsal.memory, limits, rehearsal.steps),
        ),
        (
            "How it started",
            "From launch to the first answer. Boot times are this machine's.",
            draw_boot(rehearsal.boots, limits),
        ),
        (
            "How long answers took",
            "From the moment at which a request was due to its answer's last byte; powers of ten.",
            draw_latency(kinds, limits),
        ),
        (
            "Throughput against latency",
            _limit(rehearsal)
            or "Requests come at a fixed rate, whether or not the earlier ones were answered.",
            draw_load(points),
        ),
        (
            "What the slug holds",
            "Each area is a part's share of the compressed slug.",
            "" if rehearsal.slug is None else draw_slug(rehearsal.slug),
        ),
    )
    for title, caption, svg in drawn:
        if svg:
            # Every text in the drawings is escaped where it is written.
            yield Plot(title, printable(mask(caption)), Markup(svg))  # noqa: S704


def _limit(rehearsal: Rehearsal) -> str:
    told = "" if rehearsal.traffic is None else rehearsal.traffic.limit
    return f"{told[:1].upper()}{told[1:].rstrip('.')}." if told else ""


def _logs(rehearsal: Rehearsal) -> Iterator[tuple[str, str, str]]:
    for title, lines in (("The app's log", rehearsal.log), ("The build", rehearsal.build_log)):
        if not lines:
            continue
        shown = lines if len(lines) <= _MOST_LINES else _ends(lines)
        told = words.count(len(lines), "line")
        yield title, told, "\n".join(printable(mask(line)) for line in shown)


def _ends(lines: tuple[str, ...]) -> tuple[str, ...]:
    half = _MOST_LINES // 2
    return (*lines[:half], f"... {len(lines) - 2 * half} lines ...", *lines[-half:])
