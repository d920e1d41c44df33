"""An inspection as text for a terminal."""

import textwrap
from collections.abc import Iterable, Iterator, Mapping

from wherry.inspection.printable import printable
from wherry.inspection.recognition import NAMES
from wherry.inspection.report import Carrier, Format, Inspection, Weights
from wherry.tensors import Signature, TensorSpec

_MOST = 12
"""So many operators or layers are shown; the JSON has all."""
_LABEL_WIDTH, _RUNTIME_WIDTH, _ANSWER_WIDTH = 14, 11, 6
_WIDTH = 100
_WRITERS = {"tensorflow": "TensorFlow", "keras": "Keras"}


def text(inspection: Inspection) -> str:
    """Return what was found as lines of text."""
    return "\n".join(_lines(inspection))


def _lines(inspection: Inspection) -> Iterator[str]:
    yield f"{inspection.path} is {NAMES[inspection.format]}."
    yield ""
    size = _size(inspection.size_bytes)
    yield from _rows("size", [f"{size}, SHA-256 {inspection.sha256[:16]}..."])
    yield from _rows("written by", [_writers(inspection)])
    yield from _rows("weights", map(_weights, inspection.weights), "none")
    for signature in inspection.signatures.values():
        yield from _signature(signature, inspection)
    yield from _rows("no signature", inspection.unsupported_signatures.values())
    yield from _rows("layers", _counts(inspection.layers))
    yield from _rows("operators", _counts(inspection.operators))
    yield from _rows("custom", inspection.custom_objects)
    yield from _rows("Lambda layers", inspection.lambdas)
    yield from _rows(
        "carried by", _carriers(inspection.carriers), hang=_RUNTIME_WIDTH + _ANSWER_WIDTH
    )
    yield from _rows("note", inspection.notes)


def _carriers(carriers: Iterable[Carrier]) -> Iterator[str]:
    before = ""
    for each in carriers:
        reason = "The same." if each.reason == before else each.reason
        before = each.reason
        yield f"{each.runtime:<{_RUNTIME_WIDTH}}{each.carries:<{_ANSWER_WIDTH}}{reason}"


def _rows(
    label: str, values: Iterable[str], otherwise: str = "", *, hang: int = 0
) -> Iterator[str]:
    """Yield each value on lines of its own, the label before the first."""
    found = list(values) or ([otherwise] if otherwise else [])
    for index, value in enumerate(found):
        start = f"  {'' if index else label:<{_LABEL_WIDTH}}"
        yield textwrap.fill(
            printable(value),
            _WIDTH,
            initial_indent=start,
            subsequent_indent=" " * (len(start) + hang),
            break_long_words=False,
            break_on_hyphens=False,
        )


def _writers(inspection: Inspection) -> str:
    if inspection.written_by:
        return ", ".join(
            version if name == "producer" else f"{_WRITERS.get(name, name)} {version}"
            for name, version in inspection.written_by.items()
        )
    generation = inspection.keras_generation
    return f"Keras {generation}, it seems" if generation else "not said"


def _weights(weights: Weights) -> str:
    return f"{weights.parameters:,} of {weights.datatype}, {_size(weights.bytes)}"


def _counts(counts: Mapping[str, int]) -> Iterator[str]:
    shown = [f"{name} {count}" for name, count in list(counts.items())[:_MOST]]
    more = len(counts) - _MOST
    if shown:
        yield ", ".join(shown) + (f" and {more} more kinds" if more > 0 else "")


def _signature(signature: Signature, inspection: Inspection) -> Iterator[str]:
    yield from _rows("signature", [signature.name])
    untold = inspection.format in (Format.KERAS, Format.HDF5, Format.FROZEN_GRAPH)
    for label, specs in (("  input", signature.inputs), ("  output", signature.outputs)):
        yield from _rows(label, (_spec(spec, untold=untold) for spec in specs), "none")


def _spec(spec: TensorSpec, *, untold: bool) -> str:
    if spec.shape is None:
        shape = "of a shape that the file does not say" if untold else "of any shape"
    else:
        shape = f"[{', '.join('any' if size < 0 else str(size) for size in spec.shape)}]"
    return f"{spec.name}: {spec.datatype} {shape}"


def _size(size_bytes: int) -> str:
    if size_bytes < 1024:
        return f"{size_bytes} bytes"
    if size_bytes < 2**20:
        return f"{size_bytes / 1024:.1f} KiB"
    return f"{size_bytes / 2**20:.1f} MiB"
