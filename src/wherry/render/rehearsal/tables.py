"""The page's tables: what the drawings show, in numbers, for those who cannot see them too."""

from dataclasses import dataclass
from typing import Final

from wherry.masking import mask
from wherry.rehearse.rehearsal import Rehearsal
from wherry.render import words
from wherry.render.rehearsal.progress import printable
from wherry.render.rehearsal.quantities import rate, seconds

_MOST_ROWS: Final = 60


@dataclass(frozen=True, slots=True)
class Table:
    """A table with its head; the first cell of each row is its name."""

    title: str
    head: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    note: str = ""


def build(rehearsal: Rehearsal) -> list[Table]:
    """Return the tables that have rows."""
    found = (_requests(rehearsal), _load(rehearsal), _memory(rehearsal), _slug(rehearsal))
    return [table for table in found if table is not None and table.rows]


def vanished(rehearsal: Rehearsal) -> Table | None:
    """Return what the next restart undoes; None where nothing is."""
    if not rehearsal.vanished:
        return None
    return Table(
        "What vanishes",
        ("file", "what", "size", "written", "by"),
        tuple(
            (
                _shown(file.path),
                file.what if file.kind == "new" else f"{file.what}, {file.kind}",
                words.size(file.size_bytes),
                f"after {seconds(file.since_s)}",
                _shown(file.request) or file.dyno,
            )
            for file in rehearsal.vanished[:_MOST_ROWS]
        ),
        "The app wrote these into its own folder. Every start begins with a fresh copy of the "
        "slug: after the next restart they are gone.",
    )


def _requests(rehearsal: Rehearsal) -> Table | None:
    traffic = rehearsal.traffic
    if traffic is None:
        return None
    restart = traffic.restart
    note = f"From: {_shown(traffic.source)}."
    if restart is not None:
        note += (
            f" A restart under load took {seconds(restart.seconds)}: of "
            f"{words.count(restart.requests, 'request')} {restart.lost} lost and "
            f"{restart.late} late."
        )
    return Table(
        "Requests",
        ("request", "number", "statuses", "median", "p95", "p99", "slowest"),
        tuple(
            (
                _shown(f"{kind.method} {kind.path}"),
                f"{kind.count:,}",
                ", ".join(
                    [f"{status} x {number}" for status, number in sorted(kind.statuses.items())]
                    + [f"{code} x {number}" for code, number in sorted(kind.codes.items())]
                ),
                *(seconds(value) for value in (kind.p50_s, kind.p95_s, kind.p99_s, kind.max_s)),
            )
            for kind in traffic.kinds[:_MOST_ROWS]
        ),
        note,
    )


def _load(rehearsal: Rehearsal) -> Table | None:
    if rehearsal.traffic is None or len(rehearsal.traffic.points) < 2:
        return None
    return Table(
        "Load",
        ("a second", "answered", "median", "p95", "p99", "failed"),
        tuple(
            (
                rate(point.rate),
                rate(point.done),
                *(seconds(value) for value in (point.p50_s, point.p95_s, point.p99_s)),
                ", ".join(
                    [f"{point.failed:,}"]
                    + [f"{code} x {number}" for code, number in point.codes.items()]
                ),
            )
            for point in rehearsal.traffic.points[:_MOST_ROWS]
        ),
        _shown(rehearsal.traffic.limit),
    )


def _memory(rehearsal: Rehearsal) -> Table:
    quota = rehearsal.limits.memory_bytes
    return Table(
        "Memory",
        ("dyno", "before any request", "at its most", "of the quota", "processes", "threads"),
        tuple(
            (
                curve.dyno,
                "" if curve.idle_bytes is None else words.size(curve.idle_bytes, 1024),
                words.size(curve.peak_bytes, 1024),
                f"{curve.peak_bytes / quota:.0%}" if quota else "",
                f"{max((point.processes for point in curve.points), default=0)}",
                f"{max((point.threads for point in curve.points), default=0)}",
            )
            for curve in rehearsal.memory[:_MOST_ROWS]
        ),
    )


def _slug(rehearsal: Rehearsal) -> Table | None:
    slug = rehearsal.slug
    if slug is None:
        return None
    limit = rehearsal.limits.slug_limit_bytes
    of = f" of {words.size(limit)}" if limit else ""
    return Table(
        "Slug",
        ("part", "version", "kind", "compressed", "unpacked"),
        tuple(
            (
                _shown(part.name),
                _shown(part.version),
                part.kind,
                words.size(part.size_bytes),
                words.size(part.unpacked_bytes),
            )
            for part in slug.parts[:_MOST_ROWS]
        ),
        f"{words.size(slug.size_bytes)}{of} compressed, "
        f"{words.size(slug.unpacked_bytes)} unpacked.",
    )


def _shown(text: str) -> str:
    return printable(mask(text))
