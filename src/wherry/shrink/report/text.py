"""The report for a terminal: the table, what failed and why, and the sentence that decides."""

import io
from itertools import chain

from rich.cells import cell_len
from rich.console import Console
from rich.text import Text

from wherry.shrink.records import ShrinkReport
from wherry.shrink.report import words
from wherry.shrink.report.quantities import printable
from wherry.shrink.report.table import Column, Row, Table, build_table
from wherry.shrink.report.terminal import plain_console, print_line, print_paragraph

_GAP = "  "
_CHOSEN, _PARETO = ">", "*"
_INDENT = 4


def print_report(report: ShrinkReport, console: Console) -> None:
    """Print a report, as wide as the console is."""
    print_line(console, Text(printable(report.model), style="bold"))
    print_paragraph(console, ", ".join(words.about(report)) + ".")
    if report.samples.synthetic:
        console.print()
        print_paragraph(console, f"WARNING. {words.SYNTHETIC}", style="bold yellow")
    if report.notes:
        console.print()
        for note in report.notes:
            print_paragraph(console, printable(note))
    table = build_table(report)
    if table.rows:
        console.print()
        _print_table(table, console)
    accuracy = words.original_accuracy(report)
    if accuracy is not None:
        print_paragraph(console, accuracy, style="dim")
    if report.failures:
        console.print()
        print_line(console, Text("Not made:", style="bold"))
        for failure in report.failures:
            print_paragraph(console, words.not_made(failure.kind, failure.reason), indent=2)
    console.print()
    style = "bold red" if report.chosen is None else "bold green"
    print_paragraph(console, printable(report.why), style=style)


def to_text(report: ShrinkReport, width: int) -> str:
    """Return the report as plain text of this width."""
    written = io.StringIO()
    print_report(report, plain_console(written, width))
    return written.getvalue()


def _print_table(table: Table, console: Console) -> None:
    names = [row.name for row in table.rows]
    name_width = max(map(cell_len, names))
    lead = len(_CHOSEN) + len(_PARETO) + 1 + name_width
    columns, left_out = fitting(table.columns, console.width - lead)
    margin = " " * lead
    print_line(console, Text(_join(margin, columns, [c.title for c in columns]), style="bold"))
    print_line(console, Text(_join(margin, columns, [c.unit for c in columns]), style="dim"))
    for index, row in enumerate(table.rows):
        marks = f"{_CHOSEN if row.chosen else ' '}{_PARETO if row.pareto else ' '} "
        name = marks + names[index] + " " * (name_width - cell_len(names[index]))
        line = _join(name, columns, [column.cells[index] for column in columns])
        print_line(console, Text(line, style=_style(row)))
        _print_remarks(row, console)
    _print_legend(table, left_out, console)


def _print_remarks(row: Row, console: Console) -> None:
    for note in row.notes:
        print_paragraph(console, note, style="dim", indent=_INDENT)
    if row.refused is not None:
        print_paragraph(console, f"refused: {row.refused}", style="dim", indent=_INDENT)


def _print_legend(table: Table, left_out: list[Column], console: Console) -> None:
    marks = []
    if any(row.chosen for row in table.rows):
        marks.append(f"{_CHOSEN} chosen")
    if any(row.pareto for row in table.rows):
        marks.append(f"{_PARETO} none beats it in size, latency, memory and error at once")
    if marks:
        print_paragraph(console, _GAP.join(marks), style="dim")
    if left_out:
        missing = ", ".join(column.title for column in left_out)
        print_paragraph(console, f"No room at this width for: {missing}.", style="dim")


def fitting(columns: tuple[Column, ...], room: int) -> tuple[list[Column], list[Column]]:
    """Split the columns into those that fit the room, and those left out, worth least first."""
    kept = list(columns)
    left_out = []
    while kept and sum(_width(column) + len(_GAP) for column in kept) > room:
        least = min(kept, key=lambda column: column.worth)
        kept.remove(least)
        left_out.append(least)
    return kept, left_out


def _width(column: Column) -> int:
    return max(map(cell_len, chain((column.title, column.unit), column.cells)))


def _join(lead: str, columns: list[Column], cells: list[str]) -> str:
    padded = (
        " " * (_width(column) - cell_len(cell)) + cell
        for column, cell in zip(columns, cells, strict=True)
    )
    return _GAP.join((lead, *padded)).rstrip()


def _style(row: Row) -> str:
    if row.chosen:
        return "bold green"
    return "dim" if row.refused is not None else ""
