"""The report for programs: one JSON document of plain values, its keys in a stable order."""

import math
from collections.abc import Mapping, Sequence
from enum import Enum
from pathlib import PurePath

import numpy as np

from wherry.shrink.records import (
    Accuracy,
    Measurement,
    Outcome,
    OutputParity,
    Parity,
    Samples,
    ShrinkReport,
)
from wherry.tensors import Array

SCHEMA = "wherry.shrink"
SCHEMA_VERSION = 1
QUANTILES = (0.0, 0.25, 0.5, 0.75, 0.9, 0.99, 1.0)

type Plain = bool | int | float | str | list[Plain] | dict[str, Plain] | None


def to_dict(report: ShrinkReport) -> dict[str, Plain]:
    """Return the report as a document that JSON can hold.

    JSON has no infinity and no NaN: such a number is null, and ``not_finite`` names its place (a
    JSON pointer) and what it was.
    """
    return finite(
        {
            "schema": SCHEMA,
            "schema_version": SCHEMA_VERSION,
            "model": report.model,
            "model_sha256": report.model_sha256,
            "original_bytes": report.original_bytes,
            "platform": report.platform,
            "prefer": report.prefer.value,
            "chosen": None if report.chosen is None else report.chosen.name,
            "why": report.why,
            "samples": _samples(report.samples),
            "candidates": [_outcome(outcome, report) for outcome in report.outcomes],
            "failures": [
                {"candidate": failure.kind.name, "reason": failure.reason}
                for failure in report.failures
            ],
            "pareto": [kind.name for kind in report.pareto],
            "notes": list(report.notes),
            "versions": _sorted(report.versions),
            "options": _sorted(report.options),
            "seconds": _sorted(report.seconds),
        }
    )


def finite(document: Mapping[str, object]) -> dict[str, Plain]:
    """Turn values into plain ones, with null for NaN and infinity, and say where in the end."""
    lost: dict[str, Plain] = {}
    plain: dict[str, Plain] = {
        key: _plain(value, f"/{_token(key)}", lost) for key, value in document.items()
    }
    plain["not_finite"] = lost
    return plain


def parity_to_dict(parity: Parity) -> dict[str, object]:
    """Return how far a candidate strays, output by output."""
    return {
        "samples": parity.samples,
        "error_ratio": parity.error_ratio,
        "outputs": [_output(output) for output in parity.outputs],
    }


def _samples(samples: Samples) -> dict[str, object]:
    return {
        "signature": samples.signature,
        "count": samples.count,
        "synthetic": samples.synthetic,
        "labelled": samples.labels is not None,
        "source": samples.source,
        "sha256": samples.sha256,
        "inputs": {
            name: {"dtype": str(array.dtype), "shape": list(array.shape)}
            for name, array in samples.inputs.items()
        },
    }


def _outcome(outcome: Outcome, report: ShrinkReport) -> dict[str, object]:
    kind = outcome.candidate.kind
    return {
        "candidate": kind.name,
        "runtime": kind.runtime,
        "number_format": kind.number_format.value,
        "chosen": kind == report.chosen,
        "pareto": kind in report.pareto,
        "refused": outcome.refused,
        "notes": list(outcome.candidate.notes),
        "measurement": _measurement(outcome.measurement),
        "parity": parity_to_dict(outcome.parity),
        "abs_error_quantiles": {
            name: _quantiles(errors) for name, errors in outcome.errors.items()
        },
        "accuracy": None if outcome.accuracy is None else _accuracy(outcome.accuracy),
    }


def _measurement(cost: Measurement) -> dict[str, object]:
    return {
        "file_bytes": cost.file_bytes,
        "slug_bytes": cost.slug_bytes,
        "load_s": cost.load_s,
        "anonymous_bytes": cost.anonymous_bytes,
        "pss_bytes": cost.pss_bytes,
        "latency_s": {str(size): cost.latency_s[size] for size in sorted(cost.latency_s)},
        "predictions_per_s": cost.predictions_per_s,
        "spread_ratio": cost.spread,
        "fits": cost.fits,
    }


def _output(output: OutputParity) -> dict[str, object]:
    return {
        "output": output.output,
        "max_abs_error": output.max_abs_error,
        "median_abs_error": output.median_abs_error,
        "max_rel_error": output.max_rel_error,
        "median_rel_error": output.median_rel_error,
        "range": output.range,
        "error_ratio": output.error_ratio,
        "cosine": output.cosine,
        "agreement": output.agreement,
        "top1_agreement": output.top1_agreement,
    }


def _accuracy(accuracy: Accuracy) -> dict[str, object]:
    return {
        "original": accuracy.original,
        "candidate": accuracy.candidate,
        "drop": accuracy.drop,
        "drop_low": accuracy.low,
        "drop_high": accuracy.high,
        "samples": accuracy.samples,
    }


def _quantiles(errors: Array) -> dict[str, object]:
    if not errors.size:
        return {}
    ordered = np.sort(errors.astype(np.float64))
    return {
        f"p{quantile * 100:g}": float(ordered[round(quantile * (ordered.size - 1))])
        for quantile in QUANTILES
    }


def _sorted(values: Mapping[str, object]) -> dict[str, object]:
    return {key: values[key] for key in sorted(values)}


def _plain(value: object, place: str, lost: dict[str, Plain]) -> Plain:
    value = _unwrapped(value)
    if value is None or isinstance(value, bool | int):
        return value
    if isinstance(value, float):
        return _number(value, place, lost)
    if isinstance(value, Mapping):
        return {
            _text(str(key)): _plain(item, f"{place}/{_token(str(key))}", lost)
            for key, item in value.items()
        }
    if isinstance(value, Sequence) and not isinstance(value, str | bytes):
        return [_plain(item, f"{place}/{index}", lost) for index, item in enumerate(value)]
    return _text(str(value))


def _unwrapped(value: object) -> object:
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, np.generic):
        return value.item()
    if isinstance(value, set | frozenset):
        return sorted(value, key=str)
    return str(value) if isinstance(value, PurePath) else value


def _number(value: float, place: str, lost: dict[str, Plain]) -> Plain:
    if math.isfinite(value):
        return value
    lost[place] = "nan" if math.isnan(value) else "inf" if value > 0 else "-inf"
    return None


def _text(text: str) -> str:
    """Return text that UTF-8 can express: a path may hold bytes that it cannot."""
    return text.encode("utf-8", "backslashreplace").decode()


def _token(key: str) -> str:
    """Return a key as it stands in a JSON pointer (RFC 6901)."""
    return _text(key).replace("~", "~0").replace("/", "~1")
