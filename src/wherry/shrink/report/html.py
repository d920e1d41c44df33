"""The report as one page: no script, nothing from the network, every text from outside escaped."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from wherry.shrink.records import OutputParity, Preference, ShrinkReport
from wherry.shrink.report import words
from wherry.shrink.report.plots.accuracy import draw_accuracy
from wherry.shrink.report.plots.bars import draw_latency, draw_memory
from wherry.shrink.report.plots.drawing import looks
from wherry.shrink.report.plots.errors import draw_errors
from wherry.shrink.report.plots.kinds import look_of
from wherry.shrink.report.plots.tradeoff import ERROR_STEPS, draw_tradeoff
from wherry.shrink.report.provenance import provenance
from wherry.shrink.report.quantities import error, percent, printable
from wherry.shrink.report.table import EMPTY, Row, Table, batch_sizes, build_table

MOST_ERROR_PLOTS = 12
"""A page with more plots than this is not read; the outputs that stray most are drawn."""

_PREFERRED = {
    Preference.LATENCY: "latency",
    Preference.MEMORY: "memory",
    Preference.SIZE: "file size",
}

_TIMES = {
    True: "The median, alone (full colour) and in a batch (pale).",
    False: "The median of runs at batch 1.",
}


@dataclass(frozen=True, slots=True)
class Plot:
    """A drawing (an SVG element), and the words above and below it."""

    title: str
    caption: str
    svg: Markup


@dataclass(frozen=True, slots=True)
class Swatch:
    """A line of the legend: a candidate, its colour and its dashes."""

    name: str
    colour: str
    dashes: str


@dataclass(frozen=True, slots=True)
class OutputTable:
    """The parity of one output: a row of cells for each candidate."""

    output: str
    rows: tuple[tuple[str, ...], ...]


def to_html(report: ShrinkReport) -> str:
    """Return the page. Equal reports give equal pages."""
    environment = Environment(
        loader=PackageLoader("wherry.shrink.report"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    return environment.get_template("page.html").render(_context(report))


def _context(report: ShrinkReport) -> dict[str, Any]:
    table = build_table(report)
    names = _outputs(report)
    with looks():
        plots = _plots(report, table)
        error_plots = _error_plots(report, names[:MOST_ERROR_PLOTS])
    return {
        "model": printable(report.model),
        "headline": words.headline(report),
        "about": words.about(report),
        "why": printable(report.why),
        "chosen": report.chosen is not None,
        "warning": words.SYNTHETIC if report.samples.synthetic else None,
        "notes": [printable(note) for note in report.notes],
        "table": table,
        "preferred": _PREFERRED[report.prefer],
        "accuracy": words.original_accuracy(report),
        "failures": [words.not_made(one.kind, one.reason) for one in report.failures],
        "plots": plots,
        "error_plots": error_plots,
        "outputs_not_drawn": max(0, len(names) - MOST_ERROR_PLOTS) if error_plots else 0,
        "swatches": [_swatch(row) for row in table.rows],
        "error_steps": [(colour.variable, text) for _, colour, text in ERROR_STEPS],
        "outputs": [_output_table(name, table) for name in names],
        "provenance": provenance(report),
    }


def _plots(report: ShrinkReport, table: Table) -> list[Plot]:
    batches = batch_sizes(report)
    drawn = [
        (
            "Size against latency",
            (
                "Lower left is better. Dashed: the front that no allowed candidate beats in both. "
                "Ringed: chosen. Crossed: refused."
            ),
            draw_tradeoff(table.rows, batches[0]) if batches else None,
        ),
        (
            "Drop of accuracy",
            (
                "The original's accuracy less the candidate's, with the 95 % confidence interval "
                "of the paired differences; further right is worse. Dashed: what is allowed."
            ),
            draw_accuracy(table.rows, _max_drop(report.options)),
        ),
        (
            "Time of one prediction",
            _TIMES[len(batches) > 1],
            draw_latency(table.rows, batches),
        ),
        (
            "Memory",
            (
                "Anonymous memory that the candidate adds, which a dyno's quota counts (full "
                "colour), and the proportional set size of the whole process (pale)."
            ),
            draw_memory(table.rows),
        ),
    ]
    # The drawings are made here, from a tree whose texts are escaped as it is written.
    return [Plot(title, text, Markup(svg)) for title, text, svg in drawn if svg]  # noqa: S704


def _error_plots(report: ShrinkReport, outputs: list[str]) -> list[Plot]:
    outcomes = tuple(row.outcome for row in build_table(report).rows)
    drawn = [
        (output, draw_errors(outcomes, output, f"errors-{index}"))
        for index, output in enumerate(outputs)
    ]
    return [
        Plot(printable(output), "", Markup(svg))  # noqa: S704  as above
        for output, svg in drawn
        if svg
    ]


def _max_drop(options: Mapping[str, object]) -> float | None:
    allowed = options.get("max_drop")
    is_number = isinstance(allowed, int | float) and not isinstance(allowed, bool)
    return float(allowed) if is_number else None  # type: ignore[arg-type]


def _outputs(report: ShrinkReport) -> list[str]:
    """Return the outputs' names, those first that stray most on any candidate."""
    worst: dict[str, float] = {}
    for outcome in report.outcomes:
        for output in outcome.parity.outputs:
            worst[output.output] = max(worst.get(output.output, 0.0), output.error_ratio)
    return sorted(worst, key=lambda name: -worst[name])


def _swatch(row: Row) -> Swatch:
    look = look_of(row.kind)
    return Swatch(row.name, look.colour.variable, " ".join(f"{length:g}" for length in look.dashes))


def _output_table(name: str, table: Table) -> OutputTable:
    rows = [
        (row.name, *_cells(output))
        for row in table.rows
        for output in row.outcome.parity.outputs
        if output.output == name
    ]
    return OutputTable(printable(name), tuple(rows))


def _cells(output: OutputParity) -> tuple[str, ...]:
    top1 = output.top1_agreement
    return (
        error(output.error_ratio),
        f"{output.max_abs_error:.2e}",
        f"{output.median_abs_error:.2e}",
        f"{output.max_rel_error:.2e}",
        f"{output.median_rel_error:.2e}",
        f"{output.cosine:.6f}",
        percent(output.agreement),
        EMPTY if top1 is None else percent(top1),
    )
