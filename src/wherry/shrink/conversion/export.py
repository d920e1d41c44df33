"""Bring a model of any format into the form that everything else starts from."""

import shutil
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from wherry.errors import ConversionFailed
from wherry.inspection.report import Format, Inspection
from wherry.runtimes import savedmodel
from wherry.shrink.conversion.environments import Environment, Say, quiet
from wherry.shrink.conversion.exported import Exported, threads
from wherry.shrink.conversion.loading import load_quietly
from wherry.shrink.conversion.processes import TaskFailed, run_task
from wherry.shrink.conversion.reasons import keras_reason, reason
from wherry.shrink.conversion.sources import Source, converter_environment, source_environment
from wherry.tensors import Signature

_DEFAULT = "serving_default"
_STATELESS = (
    "The model was made to remember from one call to the next (stateful); here each call begins "
    "anew."
)
_RUNTIMES = {Format.TFLITE: "litert", Format.ONNX: "onnx"}


def export(
    inspection: Inspection,
    work: Path,
    *,
    with_files: Sequence[Path] = (),
    allow_lambda: bool = False,
    signature: str | None = None,
    say: Say = quiet,
) -> Exported:
    """Return the model as a SavedModel; a .tflite or .onnx file stays what it is.

    A Keras file is loaded with the TensorFlow that wrote it, in an environment of its own. Code
    in it (Lambda layers) is refused before anything is loaded, unless ``allow_lambda``.
    ``signature`` chooses the one to compare and measure; ``serving_default`` or the only one
    otherwise.

    Raises:
        ConversionFailed: it cannot be brought into this form; the sentence says why.
        BundleError: the SavedModel is damaged or incomplete.
    """
    work.mkdir(parents=True, exist_ok=True)
    if inspection.format in _RUNTIMES:
        return _as_it_is(inspection, signature)
    if inspection.format is Format.SAVED_MODEL:
        folder = inspection.path if inspection.path.is_dir() else inspection.path.parent
        return _described(inspection, folder, signature)
    if inspection.format is Format.FROZEN_GRAPH:
        environment = converter_environment(say)
        folder = _wrap(inspection, work, environment)
        return _described(inspection, folder, signature, versions=_versions(environment))
    refuse_lambdas(inspection, allow_lambda=allow_lambda)
    files = tuple(path.absolute() for path in with_files)
    return _export_keras(inspection, work, files, allow_lambda, signature, say)


def refuse_lambdas(inspection: Inspection, *, allow_lambda: bool) -> None:
    """Refuse a model with code in it.

    Raises:
        ConversionFailed: it has Lambda layers, and they are not allowed.
    """
    if inspection.lambdas and not allow_lambda:
        names = ", ".join(inspection.lambdas)
        layers = "layer" if len(inspection.lambdas) == 1 else "layers"
        raise ConversionFailed(
            f"The model holds code, which loading it would run: the Lambda {layers} {names}. "
            "If you trust whoever made it, give --allow-lambda."
        )


def _as_it_is(inspection: Inspection, signature: str | None) -> Exported:
    loaded = load_quietly(_RUNTIMES[inspection.format], inspection.path)
    signatures = dict(loaded.signatures)
    loaded.close()
    default, notes = _default(signatures, {}, signature)
    return Exported(inspection, None, (), signatures, default, notes=notes)


def _described(
    inspection: Inspection,
    folder: Path,
    signature: str | None,
    *,
    versions: Mapping[str, str] | None = None,
    notes: tuple[str, ...] = (),
    **others: Any,
) -> Exported:
    model = savedmodel.read(folder)
    signatures = {name: each.signature for name, each in model.signatures.items()}
    default, more = _default(signatures, model.unsupported, signature)
    return Exported(
        inspection,
        folder,
        model.tags,
        signatures,
        default,
        versions=versions or {},
        notes=(*notes, *more),
        **others,
    )


def _default(
    signatures: Mapping[str, Signature], unsupported: Mapping[str, str], wanted: str | None
) -> tuple[str, tuple[str, ...]]:
    if wanted is not None:
        if wanted in signatures:
            return wanted, ()
        if wanted in unsupported:
            raise ConversionFailed(unsupported[wanted])
        raise ConversionFailed(
            f'The model has no signature "{wanted}"; it has: {", ".join(signatures)}.'
        )
    if _DEFAULT in signatures:
        return _DEFAULT, ()
    first = next(iter(signatures))
    if len(signatures) == 1:
        return first, ()
    note = (
        f'The model has no signature "{_DEFAULT}": of {", ".join(signatures)} the first is used. '
        "Choose another with --signature."
    )
    return first, (note,)


def _wrap(inspection: Inspection, work: Path, environment: Environment) -> Path:
    if not inspection.signatures:
        raise ConversionFailed(
            f"{inspection.path} is a frozen graph that does not say what its inputs and outputs "
            "are. Save the model once more as a SavedModel."
        )
    signature = next(iter(inspection.signatures.values()))
    folder = _fresh(work / "saved_model")
    request = {
        "model": str(inspection.path.absolute()),
        "saved_model": str(folder),
        "threads": threads(),
        "inputs": {spec.name: _tensor(spec.name) for spec in signature.inputs},
        "outputs": {spec.name: _tensor(spec.name) for spec in signature.outputs},
    }
    try:
        run_task(environment, "wrap_graph", request, work)
    except TaskFailed as failure:
        raise ConversionFailed(f"The graph cannot be read: {reason(failure)}.") from None
    return folder


def _tensor(name: str) -> str:
    return name if ":" in name else f"{name}:0"


def _export_keras(
    inspection: Inspection,
    work: Path,
    with_files: tuple[Path, ...],
    allow_lambda: bool,
    signature: str | None,
    say: Say,
) -> Exported:
    source = source_environment(inspection, say=say)
    folder = work / "saved_model"
    try:
        done = _load_and_save(inspection, work, folder, source, with_files, allow_lambda)
    except TaskFailed as failure:
        # A file that its own version cannot load may be a newer one's, whatever it says.
        last = source_environment(inspection, say=say, newest=True)
        if last.environment.name == source.environment.name:
            raise ConversionFailed(keras_reason(failure, source)) from None
        try:
            done = _load_and_save(inspection, work, folder, last, with_files, allow_lambda)
        except (TaskFailed, ConversionFailed):
            raise ConversionFailed(keras_reason(failure, source)) from None
        source = last
    notes = [source.note] if source.note else []
    if done.get("stateful"):
        notes.append(_STATELESS)
    return _described(
        inspection,
        folder,
        signature,
        versions=_versions(source.environment),
        notes=tuple(notes),
        source=source,
        with_files=with_files,
        allow_lambda=allow_lambda,
    )


def _load_and_save(
    inspection: Inspection,
    work: Path,
    folder: Path,
    source: Source,
    with_files: tuple[Path, ...],
    allow_lambda: bool,
) -> dict[str, Any]:
    request = keras_request(inspection, source, with_files, allow_lambda=allow_lambda)
    request["saved_model"] = str(_fresh(folder))
    return run_task(source.environment, "export_keras", request, work)


def keras_request(
    inspection: Inspection, source: Source, with_files: Sequence[Path], *, allow_lambda: bool
) -> dict[str, Any]:
    """Return what the tasks need to load a Keras file."""
    return {
        "model": str(inspection.path.absolute()),
        "keras": source.keras,
        "with": [str(path) for path in with_files],
        "allow_lambda": allow_lambda,
        "threads": threads(),
    }


def _fresh(folder: Path) -> Path:
    if folder.exists():
        shutil.rmtree(folder)
    return folder.absolute()


def _versions(environment: Environment) -> dict[str, str]:
    shown = ("python", "tensorflow", "tensorflow-cpu", "keras", "tf-keras")
    return {name: environment.versions[name] for name in shown if name in environment.versions}
