"""Make a bundle of a bare model: load it once to learn its signatures."""

from pathlib import Path

from wherry import runtimes
from wherry.bundle.folder import Bundle, open_bundle, write_bundle
from wherry.errors import BundleError
from wherry.runtimes.protocol import LoadOptions
from wherry.tensors import Signature


def pack(
    model: Path,
    folder: Path,
    *,
    name: str | None = None,
    version: str = "1",
    labels: Path | None = None,
) -> Bundle:
    """Write a bundle of a ``.tflite`` or ``.onnx`` file or a SavedModel folder.

    ``labels`` is a text file with one label a line, for a model whose signature has one output.

    Raises:
        BundleError: the model or the folder is not what it should be.
        RuntimeMissing: the model's library is not installed.
    """
    bare = open_bundle(model)
    if bare.signatures is not None:
        raise BundleError(f"{model} is a bundle already.")
    loaded = runtimes.load(bare.runtime, bare.model, LoadOptions())
    try:
        signatures = dict(loaded.signatures)
    finally:
        loaded.close()
    return write_bundle(
        folder,
        model=bare.model,
        name=name or folder.resolve().name,
        version=version,
        runtime=bare.runtime,
        signatures=signatures,
        labels={} if labels is None else _read_labels(labels, signatures),
        origin={"file": model.name},
    )


def _read_labels(path: Path, signatures: dict[str, Signature]) -> dict[str, tuple[str, ...]]:
    outputs = {spec.name for signature in signatures.values() for spec in signature.outputs}
    if len(outputs) != 1:
        raise BundleError(
            f"The model has the outputs {', '.join(sorted(outputs))}; labels can be given for a "
            "model with one output only."
        )
    try:
        lines = path.read_text("utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise BundleError(f"The labels in {path} cannot be read: {error}.") from error
    return {outputs.pop(): tuple(lines)}
