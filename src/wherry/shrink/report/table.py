"""The table of candidates, as text cells: the terminal and the page show the same one."""

import math
from collections.abc import Callable
from dataclasses import dataclass

from wherry.shrink.candidates import Kind
from wherry.shrink.records import Measurement, Outcome, Preference, ShrinkReport
from wherry.shrink.report import quantities
from wherry.shrink.report.quantities import BYTES, SECONDS, Unit, printable
from wherry.tensors import Datatype

EMPTY = "-"
_EXACT = frozenset(
    datatype for datatype in Datatype if datatype is Datatype.BYTES or datatype.numpy.kind in "biu"
)


@dataclass(frozen=True, slots=True)
class Row:
    """One candidate. ``refused`` is the sentence that says why it may not be chosen."""

    outcome: Outcome
    chosen: bool
    pareto: bool

    @property
    def kind(self) -> Kind:
        """Its runtime and number format."""
        return self.outcome.candidate.kind

    @property
    def name(self) -> str:
        """What it is called."""
        return printable(self.kind.name)

    @property
    def refused(self) -> str | None:
        """Why it may not be chosen, or None."""
        return None if self.outcome.refused is None else printable(self.outcome.refused)

    @property
    def notes(self) -> tuple[str, ...]:
        """What is special about it, a sentence each."""
        return tuple(printable(note) for note in self.outcome.candidate.notes)


@dataclass(frozen=True, slots=True)
class Column:
    """One property of all rows. Where there is no room, the least ``worth`` goes first."""

    key: str
    title: str
    unit: str
    cells: tuple[str, ...]
    worth: int
    meaning: str


@dataclass(frozen=True, slots=True)
class Table:
    """Rows in the order in which they are shown, and columns with a cell for each."""

    rows: tuple[Row, ...]
    columns: tuple[Column, ...]


def build_table(report: ShrinkReport) -> Table:
    """Put the candidates in order and their numbers in columns.

    The chosen one stands first, then those that may be chosen, best first by what was preferred,
    then the refused ones.
    """
    rows = tuple(
        Row(
            outcome,
            chosen=outcome.candidate.kind == report.chosen,
            pareto=outcome.candidate.kind in report.pareto,
        )
        for outcome in sorted(report.outcomes, key=lambda outcome: _rank(outcome, report))
    )
    columns = (
        *_costs(rows),
        *_errors(rows, report),
        *_accuracy(rows),
    )
    return Table(rows, columns)


def batch_sizes(report: ShrinkReport) -> tuple[int, ...]:
    """Return the batch sizes that were measured, smallest first."""
    return _batch_sizes(report.outcomes)


def preferred(measurement: Measurement, prefer: Preference) -> float:
    """Return the number that the preference is about; less is better."""
    match prefer:
        case Preference.MEMORY:
            return measurement.anonymous_bytes
        case Preference.SIZE:
            return measurement.file_bytes
        case _:
            sizes = sorted(measurement.latency_s)
            return measurement.latency_s[sizes[0]] if sizes else math.inf


def _rank(outcome: Outcome, report: ShrinkReport) -> tuple[bool, bool, float]:
    return (
        outcome.candidate.kind != report.chosen,
        outcome.refused is not None,
        preferred(outcome.measurement, report.prefer),
    )


def _batch_sizes(outcomes: tuple[Outcome, ...]) -> tuple[int, ...]:
    return tuple(sorted({size for outcome in outcomes for size in outcome.measurement.latency_s}))


def _costs(rows: tuple[Row, ...]) -> list[Column]:
    def column(key: str, title: str, units: tuple[Unit, ...], worth: int, meaning: str) -> Column:
        return _scaled(
            rows, key, title, units, worth, meaning, lambda cost: float(getattr(cost, key))
        )

    outcomes = tuple(row.outcome for row in rows)
    return [
        column("file_bytes", "file", BYTES, 100, "the model's files"),
        column("slug_bytes", "slug", BYTES, 55, "what the runtime adds to a slug, compressed"),
        column("load_s", "load", SECONDS, 50, "from process start until loaded and warm"),
        column("anonymous_bytes", "anon.", BYTES, 80, "anonymous memory that it adds"),
        column("pss_bytes", "PSS", BYTES, 20, "proportional set size of the whole process"),
        *(
            _latency(rows, size, first=index == 0)
            for index, size in enumerate(_batch_sizes(outcomes))
        ),
        Column(
            "spread",
            "spread",
            "%",
            tuple(quantities.whole(row.outcome.measurement.spread * 100) for row in rows),
            10,
            "the middle half of the latency's repetitions, of their median",
        ),
        Column(
            "predictions_per_s",
            "rate",
            "/s",
            _rates([row.outcome.measurement.predictions_per_s for row in rows]),
            60,
            "predictions a second on all CPUs of the dyno, batch 1",
        ),
    ]


def _rates(rates: list[float]) -> tuple[str, ...]:
    if min(rates, default=0.0) >= 10:
        return tuple(quantities.whole(rate) for rate in rates)
    return quantities.aligned(rates)


def _latency(rows: tuple[Row, ...], size: int, *, first: bool) -> Column:
    return _scaled(
        rows,
        f"latency_{size}_s",
        f"batch {size}",
        SECONDS,
        95 if first else 45,
        f"latency of one run of batch {size}, the median",
        lambda cost: cost.latency_s.get(size, math.nan),
    )


def _scaled(
    rows: tuple[Row, ...],
    key: str,
    title: str,
    units: tuple[Unit, ...],
    worth: int,
    meaning: str,
    of: Callable[[Measurement], float],
) -> Column:
    values = [of(row.outcome.measurement) for row in rows]
    unit = quantities.unit_for(values, units)
    known = iter(quantities.aligned(value / unit.size for value in values if not math.isnan(value)))
    cells = tuple(EMPTY if math.isnan(value) else next(known) for value in values)
    return Column(key, title, unit.name, cells, worth, meaning)


def _errors(rows: tuple[Row, ...], report: ShrinkReport) -> list[Column]:
    columns = [
        Column(
            "error_ratio",
            "max error",
            "of range",
            tuple(quantities.error(row.outcome.parity.error_ratio) for row in rows),
            90,
            "the largest error on any output, as a part of that output's range",
        )
    ]
    top1 = [top1_agreement(row.outcome) for row in rows]
    if any(ratio is not None for ratio in top1):
        columns.append(
            Column(
                "top1_agreement",
                "top-1",
                "%",
                tuple(EMPTY if ratio is None else quantities.percent(ratio) for ratio in top1),
                70,
                "samples for which the largest number stands in the same place",
            )
        )
    exact = [_exact_agreement(row.outcome, report.samples.signature) for row in rows]
    if any(ratio is not None for ratio in exact):
        columns.append(
            Column(
                "agreement",
                "equal",
                "%",
                tuple(EMPTY if ratio is None else quantities.percent(ratio) for ratio in exact),
                88,
                "items of text and integer outputs that are equal",
            )
        )
    return columns


def top1_agreement(outcome: Outcome) -> float | None:
    """Return the least top-1 agreement of a candidate's outputs, where any has one."""
    found = [
        output.top1_agreement
        for output in outcome.parity.outputs
        if output.top1_agreement is not None
    ]
    return min(found, default=None)


def _exact_agreement(outcome: Outcome, signature: str) -> float | None:
    """Return the least agreement of the outputs that are text, integers or booleans."""
    if signature not in outcome.candidate.signatures:
        return None
    exact = {
        spec.name
        for spec in outcome.candidate.signatures[signature].outputs
        if spec.datatype in _EXACT
    }
    found = [output.agreement for output in outcome.parity.outputs if output.output in exact]
    return min(found, default=None)


def _accuracy(rows: tuple[Row, ...]) -> list[Column]:
    found = [row.outcome.accuracy for row in rows]
    if all(accuracy is None for accuracy in found):
        return []
    return [
        Column(
            "accuracy",
            "accuracy",
            "%",
            tuple(EMPTY if one is None else quantities.percent(one.candidate) for one in found),
            65,
            "labelled samples answered rightly",
        ),
        Column(
            "drop",
            "accuracy drop",
            "points, 95 %",
            tuple(
                EMPTY
                if one is None
                else f"{quantities.points(one.drop)} "
                f"({quantities.points(one.low)} to {quantities.points(one.high)})"
                for one in found
            ),
            85,
            "the original's accuracy less the candidate's, with its 95 % confidence interval",
        ),
    ]
