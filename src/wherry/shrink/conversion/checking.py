"""Check that a converted file is the model that its signature promises."""

from collections.abc import Mapping
from pathlib import Path

from wherry.errors import BundleError, ConversionFailed
from wherry.shrink.candidates import Candidate, Kind
from wherry.shrink.conversion.loading import load_quietly
from wherry.tensors import VARIABLE, Signature, TensorSpec


def made(
    kind: Kind, model: Path, promised: Mapping[str, Signature], notes: tuple[str, ...] = ()
) -> Candidate:
    """Load the file with the runtime that serves it, and return it as a candidate.

    Its signatures are those promised, which may know more sizes than the file states.

    Raises:
        ConversionFailed: it does not load, or has other inputs or outputs than it should.
    """
    try:
        loaded = load_quietly(kind.runtime, model)
    except BundleError as error:
        raise ConversionFailed(f"The converted model does not load: {error}") from None
    found = dict(loaded.signatures)
    loaded.close()
    signatures = {}
    for name, signature in promised.items():
        # An .onnx file has one signature, and no name for it.
        own = found.get(name) or (next(iter(found.values())) if len(promised) == 1 else None)
        if own is None:
            raise ConversionFailed(f'The converted model lost the signature "{name}".')
        _compare(signature.inputs, own.inputs, "input")
        _compare(signature.outputs, own.outputs, "output")
        signatures[own.name] = Signature(own.name, signature.inputs, signature.outputs)
    return Candidate(kind, model, signatures, notes)


def _compare(promised: tuple[TensorSpec, ...], found: tuple[TensorSpec, ...], what: str) -> None:
    by_name = {spec.name: spec for spec in found}
    for spec in promised:
        own = by_name.pop(spec.name, None)
        if own is None:
            raise ConversionFailed(f'The converted model lost the {what} "{spec.name}".')
        if own.datatype is not spec.datatype or not _same_shape(spec.shape, own.shape, what):
            raise ConversionFailed(
                f'The converted model changed the {what} "{spec.name}" from {spec} to {own}.'
            )
    if by_name:
        raise ConversionFailed(f'The converted model has another {what}, "{min(by_name)}".')


def _same_shape(promised: tuple[int, ...] | None, found: tuple[int, ...] | None, what: str) -> bool:
    if promised is None or found is None:
        return True
    if len(promised) != len(found):
        # LiteRT says nothing at all of an output whose size depends on values.
        return what == "output" and found == ()
    for axis, (want, got) in enumerate(zip(promised, found, strict=True)):
        narrowed = want == VARIABLE and axis > 0
        if want != got and not (what == "output" and (got == VARIABLE or narrowed)):
            return False
    return True
