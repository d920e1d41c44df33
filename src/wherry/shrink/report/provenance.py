"""Where a report's numbers come from: hashes, samples, versions, options, and the time it took."""

from dataclasses import dataclass

from wherry.shrink.records import ShrinkReport
from wherry.shrink.report.quantities import BYTES, printable, significant, with_unit


@dataclass(frozen=True, slots=True)
class Facts:
    """Facts under one heading, each a name and what it is."""

    title: str
    facts: tuple[tuple[str, str], ...]


def provenance(report: ShrinkReport) -> tuple[Facts, ...]:
    """Return what a reader needs to make the same report again."""
    samples = report.samples
    inputs = tuple(
        (f"input {name}", f"{array.dtype}, {' x '.join(map(str, array.shape)) or 'a scalar'}")
        for name, array in samples.inputs.items()
    )
    groups = (
        (
            "Model",
            (
                ("path", report.model),
                ("size", with_unit(report.original_bytes, BYTES)),
                ("SHA-256", report.model_sha256),
            ),
        ),
        (
            "Samples",
            (
                ("source", samples.source),
                ("count", f"{samples.count:,}"),
                ("labels", "no" if samples.labels is None else "yes"),
                ("drawn from the signature", "yes" if samples.synthetic else "no"),
                ("signature", samples.signature),
                *inputs,
                ("SHA-256", samples.sha256),
            ),
        ),
        ("Measured", (("limits of", report.platform), ("preferred", report.prefer.value))),
        ("Options", tuple((name, str(value)) for name, value in sorted(report.options.items()))),
        ("Versions", tuple(sorted(report.versions.items()))),
        (
            "Time taken",
            tuple((name, f"{significant(value)} s") for name, value in report.seconds.items()),
        ),
    )
    return tuple(
        Facts(title, tuple((printable(name), printable(value)) for name, value in facts))
        for title, facts in groups
        if facts
    )
