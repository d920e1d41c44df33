"""Convert to LiteRT, with 32-bit floats."""

from pathlib import Path
from typing import Any

from wherry.errors import ConversionFailed
from wherry.inspection.report import Format
from wherry.runtimes import savedmodel
from wherry.shrink.candidates import LITERT_FLOAT32, Candidate
from wherry.shrink.conversion.checking import made
from wherry.shrink.conversion.environments import Environment, Say, quiet
from wherry.shrink.conversion.exported import Exported, threads
from wherry.shrink.conversion.processes import TaskFailed, run_task
from wherry.shrink.conversion.reasons import litert_reason
from wherry.shrink.conversion.sources import converter_environment


def to_litert(exported: Exported, work: Path, *, say: Say = quiet) -> Candidate:
    """Return the model as a .tflite file with all signatures that it can have.

    Where one of several cannot be converted, only the default one is, and a note says so.

    Raises:
        ConversionFailed: it cannot be converted; the sentence names the operator, if one is why.
    """
    if exported.saved_model is None:
        if exported.inspection.format is Format.TFLITE:
            return Candidate(LITERT_FLOAT32, exported.inspection.path, exported.signatures)
        raise ConversionFailed("An .onnx file cannot be converted to LiteRT here.")
    environment = converter_environment(say)
    work.mkdir(parents=True, exist_ok=True)
    names, notes = _different(exported)
    try:
        return _convert(exported, names, notes, work, environment)
    except ConversionFailed as failure:
        if len(names) == 1:
            raise
        alone = exported.default_signature
        notes = (*notes, f"Only the signature {alone} is kept: {failure}")
        return _convert(exported, [alone], notes, work, environment)


def _different(exported: Exported) -> tuple[list[str], tuple[str, ...]]:
    """Return the signatures, the default one first, without those that are another's equal.

    The converter would write the whole model once for each.
    """
    if exported.saved_model is None:
        return [], ()
    graph = savedmodel.read(exported.saved_model).signatures
    default = exported.default_signature
    kept: dict[Any, str] = {}
    notes = []
    for name in (default, *(name for name in exported.signatures if name != default)):
        tensors = (
            tuple(sorted(graph[name].inputs.items())),
            tuple(sorted(graph[name].outputs.items())),
        )
        if (same := kept.setdefault(tensors, name)) != name:
            notes.append(f"The signature {name} is left out, since {same} is the same function.")
    return list(kept.values()), tuple(notes)


def _convert(
    exported: Exported,
    names: list[str],
    notes: tuple[str, ...],
    work: Path,
    environment: Environment,
) -> Candidate:
    model = (work / "model.tflite").absolute()
    request = {
        "saved_model": str((exported.saved_model or work).absolute()),
        "tags": list(exported.tags),
        "signatures": names,
        "model": str(model),
        "threads": threads(),
    }
    try:
        widened = run_task(environment, "convert_litert", request, work)["widened"]
    except TaskFailed as failure:
        raise ConversionFailed(litert_reason(failure)) from None
    if widened:
        notes = (*notes, f"It computes in 32-bit floats what was {' and '.join(widened)}.")
    promised = {name: exported.signatures[name] for name in names}
    return made(LITERT_FLOAT32, model, promised, notes)
