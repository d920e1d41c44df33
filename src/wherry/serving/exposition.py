"""What was measured, as metric families, and those as Prometheus's text format.

Source: https://prometheus.io/docs/instrumenting/exposition_formats/ (version 0.0.4) and
https://prometheus.io/docs/practices/naming/.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from wherry.serving import measurements as cells
from wherry.serving.shared_cells import Block

CONTENT_TYPE: Final = "text/plain; version=0.0.4; charset=utf-8"

type Labels = Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Sample:
    """One line: the family's name, ``suffix`` and ``labels`` make the series."""

    suffix: str
    labels: Labels
    value: float


@dataclass(frozen=True, slots=True)
class Family:
    """One metric.

    ``kind`` is ``counter``, ``gauge``, ``histogram`` or ``summary``; a counter's name ends in
    ``_total``.
    """

    name: str
    kind: str
    help: str
    samples: tuple[Sample, ...]


def families(blocks: Iterable[Block]) -> list[Family]:
    """Return the metrics of all processes together, over the blocks of equal name."""
    sums = _add_up(blocks)
    server = sums.pop(cells.SERVER, None)
    models = {_labels(name): found for name, found in sorted(sums.items())}
    return [*_of_requests(models), *_of_loads(models), *_of_server(server)]


def write(found: Iterable[Family]) -> bytes:
    """Return the text of a scrape; families without a sample are left out."""
    lines: list[str] = []
    for family in found:
        if family.samples:
            lines.append(f"# HELP {family.name} {_escape(family.help, quote=False)}")
            lines.append(f"# TYPE {family.name} {family.kind}")
            lines += [_line(family.name, sample) for sample in family.samples]
    return "".join(f"{line}\n" for line in lines).encode()


type _Sums = Mapping[tuple[tuple[str, str], ...], Sequence[float]]


def _add_up(blocks: Iterable[Block]) -> dict[str, list[float]]:
    sums: dict[str, list[float]] = {}
    for block in blocks:
        known = sums.get(block.name)
        if known is None:
            sums[block.name] = list(block.cells)
        else:
            for cell, value in enumerate(block.cells):
                known[cell] += value
    return sums


def _labels(name: str) -> tuple[tuple[str, str], ...]:
    model, _, version = name.partition(cells.SEPARATOR)
    return (("model", model), ("version", version))


def _of_requests(models: _Sums) -> Iterator[Family]:
    yield Family(
        "wherry_requests_total",
        "counter",
        "Answers of the endpoints that ask a model, by HTTP status.",
        tuple(_by_code(models)),
    )
    yield Family(
        "wherry_refusals_total",
        "counter",
        "Requests that were sent away before the model ran, by reason.",
        tuple(_by_reason(models)),
    )
    for name, first, bounds, told in _HISTOGRAMS:
        samples = [
            sample
            for labels, found in models.items()
            for sample in _histogram(dict(labels), found, first, bounds)
        ]
        yield Family(name, "histogram", told, tuple(samples))


_HISTOGRAMS: Final = (
    (
        "wherry_request_seconds",
        cells.TOTAL,
        cells.SECONDS,
        "Seconds from a request's arrival in this process to its answer.",
    ),
    (
        "wherry_queue_seconds",
        cells.QUEUE,
        cells.SECONDS,
        "Seconds that an answered request waited for its turn.",
    ),
    (
        "wherry_compute_seconds",
        cells.COMPUTE,
        cells.SECONDS,
        "Seconds that the model ran for an answered request.",
    ),
    (
        "wherry_batch_items",
        cells.BATCH,
        cells.ITEMS,
        "Items that the model was given in one execution.",
    ),
)


def _by_code(models: _Sums) -> Iterator[Sample]:
    names = [*map(str, cells.CODES), "other"]
    for labels, found in models.items():
        for place, code in enumerate(names):
            if found[cells.CODE + place]:
                yield Sample("", {**dict(labels), "code": code}, found[cells.CODE + place])


def _by_reason(models: _Sums) -> Iterator[Sample]:
    for labels, found in models.items():
        for place, reason in enumerate(cells.REFUSALS):
            if found[cells.REFUSED + place]:
                yield Sample("", {**dict(labels), "reason": reason}, found[cells.REFUSED + place])


def _histogram(
    labels: dict[str, str], found: Sequence[float], first: int, bounds: Sequence[float]
) -> Iterator[Sample]:
    """Yield one histogram; its count is the sum of what was read, so that the two always agree."""
    above = first + len(bounds)
    count = sum(found[first : above + 1])
    if not count:
        return
    below = 0.0
    for place, bound in enumerate(bounds):
        below += found[first + place]
        yield Sample("_bucket", {**labels, "le": repr(bound)}, below)
    yield Sample("_bucket", {**labels, "le": "+Inf"}, count)
    yield Sample("_sum", labels, found[above + 1])
    yield Sample("_count", labels, count)


def _of_loads(models: _Sums) -> Iterator[Family]:
    loaded = [(dict(labels), found) for labels, found in models.items() if found[cells.LOADS]]
    for name, cell, told in (
        ("wherry_model_load_seconds", cells.LOAD_S, "Seconds until the weights were in memory."),
        ("wherry_model_warmup_seconds", cells.WARMUP_S, "Seconds that the warm-up took."),
    ):
        samples = [
            sample
            for labels, found in loaded
            for sample in (
                Sample("_sum", labels, found[cell]),
                Sample("_count", labels, found[cells.LOADS]),
            )
        ]
        yield Family(name, "summary", told, tuple(samples))
    yield Family(
        "wherry_model_load_failures_total",
        "counter",
        "Loads that ended without a model.",
        tuple(
            Sample("", dict(labels), found[cells.LOAD_FAILURES])
            for labels, found in models.items()
            if found[cells.LOAD_FAILURES]
        ),
    )


def _of_server(server: Sequence[float] | None) -> Iterator[Family]:
    if server is None:
        return
    for name, cell, told in (
        ("wherry_worker_starts_total", cells.STARTS, "Worker processes that were started."),
        (
            "wherry_worker_crashes_total",
            cells.CRASHES,
            "Worker processes that ended without being told to.",
        ),
    ):
        yield Family(name, "counter", told, (Sample("", {}, server[cell]),))


def _line(name: str, sample: Sample) -> str:
    labels = ",".join(f'{key}="{_escape(value)}"' for key, value in sample.labels.items())
    series = f"{name}{sample.suffix}" + (f"{{{labels}}}" if labels else "")
    return f"{series} {_number(sample.value)}"


def _number(value: float) -> str:
    return str(int(value)) if value.is_integer() else repr(value)


def _escape(text: str, *, quote: bool = True) -> str:
    text = text.replace("\\", r"\\").replace("\n", r"\n")
    return text.replace('"', r"\"") if quote else text
