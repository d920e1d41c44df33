"""Parity as a bundle's manifest records it."""

import math
from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

from wherry.errors import BundleError
from wherry.shrink.records import OutputParity, Parity

# What has no number where the output cannot be a choice.
_OPTIONAL = "top1_agreement"


def parity_to_dict(parity: Parity) -> dict[str, Any]:
    """Return parity as JSON can hold it: rounded to what is told of an error, infinity as null."""
    outputs: dict[str, dict[str, float | None]] = {}
    for output in parity.outputs:
        values = asdict(output)
        name = values.pop("output")
        outputs[name] = {key: _rounded(value) for key, value in values.items()}
    return {"samples": parity.samples, "outputs": outputs}


def _rounded(value: float | None) -> float | None:
    return None if value is None or not math.isfinite(value) else float(f"{value:.3g}")


def parity_from_dict(recorded: object) -> Parity:
    """Read what ``parity_to_dict`` wrote.

    Raises:
        BundleError: it is not that; a manifest may come from anywhere.
    """
    try:
        if not isinstance(recorded, Mapping):
            raise TypeError
        outputs = [_output(name, values) for name, values in recorded["outputs"].items()]
        return Parity(tuple(outputs), int(recorded["samples"]))
    except (AttributeError, KeyError, TypeError, ValueError):
        raise BundleError(
            "The parity that the manifest records cannot be read; write the bundle anew with "
            "`wherry shrink`."
        ) from None


def _output(name: str, values: Mapping[str, Any]) -> OutputParity:
    read = {key: math.inf if value is None else float(value) for key, value in values.items()}
    if values.get(_OPTIONAL) is None:
        del read[_OPTIONAL]
    return OutputParity(str(name), **read)
