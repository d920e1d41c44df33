"""The corpus as a page: a table of the cases, one of the refusals, and the figures asked for."""

from collections.abc import Mapping, Sequence
from typing import Any

from benchmarks.serving.report import table

_HEAD = """# The corpus

<!-- Written by `scripts/bench corpus`; edit benchmarks/corpus/page.py instead. -->

Models that real TensorFlow of each version wrote, each in an environment of its own, and what
`wherry shrink` makes of them. What is trained is trained on the data sets of scikit-learn;
the architectures of Keras have random weights, with the statistics of their batch normalisation
and their last layer set from a forward pass. Every output of every model varies over the samples
by at least a thousand times the tolerance, 1e-4 of its range (5e-3 for the one model that
itself computes in half precision); the script that makes the models
refuses any that does not.

A case is as it should be if the command ends well, every float32 candidate (and TensorFlow
itself) stays under that tolerance, and the bundle, opened and asked by a program of its own,
answers as the model did in the process that wrote it. "Error" is that last comparison: the largest
difference as a part of the output's range.
"""

type Rows = Sequence[Mapping[str, Any]]


def page(result: Mapping[str, Any]) -> str:
    """Return the whole page."""
    rows = result["cases"]
    bundles = [row for row in rows if not row["refusal"]]
    refusals = [row for row in rows if row["refusal"]]
    right = [row for row in bundles if row["passed"]]
    parts = [
        _HEAD,
        _summary(right, bundles, refusals),
        *_not_run(result.get("not_run", ())),
        "## Models\n",
        table(
            ("case", "written by", "chosen", "before, KB", "after, KB", "error", "s"),
            [_line(row) for row in bundles],
        )
        + "\n",
        *_wrong(rows),
        "## Refusals\n",
        *[f"- `{row['name']}`: {row.get('reason', '')}" for row in refusals],
        "\n## Why not LiteRT or ONNX\n",
        *_reasons(bundles),
        "\n## Figures\n",
        _figures(result["figures"]),
        _measured(result),
    ]
    return "\n".join(parts) + "\n"


def _summary(right: Rows, bundles: Rows, refusals: Rows) -> str:
    told = sum(row["passed"] for row in refusals)
    return (
        f"{len(right)} of {len(bundles)} models end in a servable bundle with parity "
        f"({len(right) / max(1, len(bundles)):.1%}), {told} of {len(refusals)} more in the "
        "sentence that is right for them.\n"
    )


def _not_run(names: Sequence[str]) -> list[str]:
    told = ", ".join(f"`{name}`" for name in names)
    return [f"Not run with these: {told}.\n"] if names else []


def _measured(result: Mapping[str, Any]) -> str:
    machine = result["machine"]
    return (
        f"\nMeasured {result['date']} at {result['commit']}: {machine['cpu']}, "
        f"{machine['cores']} cores, Python {machine['python']}."
    )


def _line(row: Mapping[str, Any]) -> list[str]:
    chosen = row.get("chosen")
    after = row.get("bytes", {}).get(chosen)
    keras = row.get("keras", "")
    return [
        row["name"] if row["passed"] else f"**{row['name']}**",
        f"TF {row.get('tensorflow', row['writer'])}" + (f", Keras {keras}" if keras else ""),
        chosen or "none",
        _kb(row.get("original_bytes")),
        _kb(after),
        f"{row['own_error']:.0e}" if "own_error" in row else "-",
        f"{row.get('seconds', 0):.0f}",
    ]


def _kb(size_bytes: int | None) -> str:
    return "-" if size_bytes is None else f"{size_bytes / 1000:,.0f}"


def _wrong(rows: Sequence[Mapping[str, Any]]) -> list[str]:
    lines = [f"- `{row['name']}`: {' '.join(row['problems'])}" for row in rows if row["problems"]]
    return ["Not as they should be:\n", *lines, ""] if lines else []


def _reasons(rows: Sequence[Mapping[str, Any]]) -> list[str]:
    """Return each reason that a float32 candidate failed for, with the cases it holds for."""
    found: dict[str, list[str]] = {}
    for row in rows:
        for name in ("litert float32", "onnx float32"):
            if reason := row.get("failures", {}).get(name):
                found.setdefault(f"{name}: {reason}", []).append(row["name"])
    return [f"- {reason} ({', '.join(names)})" for reason, names in sorted(found.items())]


def _figures(figures: Sequence[Mapping[str, Any]]) -> str:
    lines = [
        [f["figure"], f["asked"], f["measured"], "reached" if f["reached"] else "**not reached**"]
        for f in figures
    ]
    return table(("figure", "asked", "measured", ""), lines) if lines else "None yet."
