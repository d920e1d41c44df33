"""The sentences that the terminal and the page share."""

from wherry.shrink.candidates import Kind, NumberFormat
from wherry.shrink.records import ShrinkReport
from wherry.shrink.report.quantities import BYTES, percent, printable, with_unit

SYNTHETIC = (
    "The samples are synthetic: drawn from the signature, not from your data. Errors on them show "
    "that the arithmetic agrees; they do not show that answers on real inputs do. Give --samples, "
    "with labels where you have them, before you rely on this."
)


def headline(report: ShrinkReport) -> str:
    """Say what the model became, and how much smaller it is."""
    chosen = next(
        (outcome for outcome in report.outcomes if outcome.candidate.kind == report.chosen), None
    )
    if report.chosen is None or chosen is None:
        return "Nothing could be chosen"
    name = printable(report.chosen.name)
    file = with_unit(chosen.measurement.file_bytes, BYTES)
    if report.chosen.number_format is NumberFormat.ORIGINAL:
        return f"{name}: the model as it is, {file}"
    return f"{name}: {file} instead of {with_unit(report.original_bytes, BYTES)}"


def about(report: ShrinkReport) -> tuple[str, ...]:
    """Say what was compared, on what, and what was preferred."""
    samples = report.samples
    count = f"{samples.count:,} sample{'' if samples.count == 1 else 's'}"
    facts = [
        with_unit(report.original_bytes, BYTES),
        f"{count} {'' if samples.synthetic else 'from '}{printable(samples.source)}",
        f"limits of {printable(report.platform)}",
        f"{report.prefer} preferred",
    ]
    return tuple(facts)


def original_accuracy(report: ShrinkReport) -> str | None:
    """Say how often the original is right, where there are labels."""
    for outcome in report.outcomes:
        if outcome.accuracy is not None:
            return (
                f"The original answers {percent(outcome.accuracy.original)} % of "
                f"{outcome.accuracy.samples:,} labelled samples rightly."
            )
    return None


def not_made(kind: Kind, reason: str) -> str:
    """Say that a candidate could not be made, and why."""
    return f"{printable(kind.name)}: {printable(reason)}"
