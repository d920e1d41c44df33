"""Convert to ONNX, with 32-bit floats."""

from pathlib import Path

from wherry.errors import ConversionFailed
from wherry.inspection.report import Format
from wherry.shrink.candidates import ONNX_FLOAT32, Candidate
from wherry.shrink.conversion.checking import made
from wherry.shrink.conversion.environments import Say, quiet
from wherry.shrink.conversion.exported import Exported, threads
from wherry.shrink.conversion.processes import TaskFailed, run_task
from wherry.shrink.conversion.reasons import onnx_reason
from wherry.shrink.conversion.sources import converter_environment


def to_onnx(exported: Exported, work: Path, *, say: Say = quiet) -> Candidate:
    """Return the default signature as an .onnx file.

    Raises:
        ConversionFailed: it cannot be converted; the sentence names the operator, if one is why.
    """
    if exported.saved_model is None:
        if exported.inspection.format is Format.ONNX:
            return Candidate(ONNX_FLOAT32, exported.inspection.path, exported.signatures)
        raise ConversionFailed("A .tflite file cannot be converted to ONNX here.")
    work.mkdir(parents=True, exist_ok=True)
    model = (work / "model.onnx").absolute()
    request = {
        "saved_model": str(exported.saved_model.absolute()),
        "tags": list(exported.tags),
        "signature": exported.default_signature,
        "model": str(model),
        "threads": threads(),
    }
    try:
        run_task(converter_environment(say), "convert_onnx", request, work)
    except TaskFailed as failure:
        raise ConversionFailed(onnx_reason(failure)) from None
    name = exported.default_signature
    notes = tuple(
        f"The signature {other} is left out, since an .onnx file has one."
        for other in exported.signatures
        if other != name
    )
    return made(ONNX_FLOAT32, model, {name: exported.signatures[name]}, notes)
