"""Write the chosen candidate as a bundle: whole or not at all, and the same bytes every time."""

import errno
import shutil
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from wherry.bundle.folder import Bundle, Warmup, open_bundle, write_bundle
from wherry.errors import BundleError, ConversionFailed
from wherry.inspection.report import Inspection
from wherry.shrink.candidates import Candidate
from wherry.shrink.feeding import feeding
from wherry.shrink.options import ShrinkOptions
from wherry.shrink.recorded import parity_to_dict
from wherry.shrink.records import Outcome, Samples
from wherry.shrink.samples import fingerprint
from wherry.tensors import Array

_NAMES = {"litert": "model.tflite", "onnx": "model.onnx", "tensorflow": "saved_model"}
# A first sample beyond this is not worth its place in a repository.
_MOST_WARMUP_BYTES = 1024 * 1024
# Of what loaded and ran the model; the rest of the report's versions is this machine's.
_RECORDED = ("original ", "wherry", "ai-edge-litert", "onnxruntime")


def check_free(folder: Path) -> None:
    """Refuse a place that a bundle cannot be written to, before hours of work.

    Raises:
        BundleError: it is a file, or a folder that is not empty.
    """
    if folder.is_dir() and not any(folder.iterdir()):
        return
    if folder.exists():
        raise BundleError(f"{folder} exists. Remove it first, or choose another folder.")


def write(
    options: ShrinkOptions,
    inspection: Inspection,
    samples: Samples,
    outcome: Outcome,
    versions: Mapping[str, str],
) -> Bundle:
    """Write the bundle of a chosen candidate beside its place, and then put it there.

    Raises:
        ConversionFailed: the disk is full, or the folder cannot be written.
        BundleError: the class names do not fit.
    """
    target = options.bundle.absolute()
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(prefix=f".{target.name}-", dir=target.parent) as scratch:
            made = Path(scratch, "bundle")
            _write_into(made, options, inspection, samples, outcome, versions)
            # A folder takes the place of an empty one, and of nothing else.
            made.replace(target)
    except OSError as error:
        if error.errno in (errno.ENOSPC, errno.EDQUOT):
            raise ConversionFailed(
                f"There is no space left for the bundle in {target.parent}. Make room and try "
                "again."
            ) from None
        raise ConversionFailed(f"{target} cannot be written: {error.strerror}.") from None
    return open_bundle(options.bundle)


def _write_into(
    made: Path,
    options: ShrinkOptions,
    inspection: Inspection,
    samples: Samples,
    outcome: Outcome,
    versions: Mapping[str, str],
) -> None:
    candidate = outcome.candidate
    with tempfile.TemporaryDirectory(prefix=".model-", dir=made.parent) as folder:
        model = Path(folder, _NAMES[candidate.kind.runtime])
        if candidate.model.is_dir():
            shutil.copytree(candidate.model, model)
        else:
            shutil.copyfile(candidate.model, model)
        write_bundle(
            made,
            model=model,
            name=options.name or options.bundle.absolute().name,
            runtime=candidate.kind.runtime,
            signatures=candidate.signatures,
            version=options.version,
            default_signature=_default(candidate, samples),
            labels=_labels(options, candidate, samples),
            warmup=_warmup(candidate, samples),
            origin=_origin(options, inspection, samples, outcome, versions),
        )


def _default(candidate: Candidate, samples: Samples) -> str:
    if samples.signature in candidate.signatures:
        return samples.signature
    return next(iter(candidate.signatures))


def _labels(
    options: ShrinkOptions, candidate: Candidate, samples: Samples
) -> dict[str, tuple[str, ...]]:
    if options.class_names is None:
        return {}
    outputs = candidate.signatures[_default(candidate, samples)].outputs
    if len(outputs) != 1 and options.output is None:
        names = ", ".join(spec.name for spec in outputs)
        raise BundleError(
            f"The model has the outputs {names}: say with --output which has classes."
        )
    try:
        lines = options.class_names.read_text("utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise BundleError(f"{options.class_names} cannot be read: {error}.") from None
    return {options.output or outputs[0].name: tuple(lines)}


def _warmup(candidate: Candidate, samples: Samples) -> list[Warmup]:
    """Return the first sample, which shows the model's own time better than zeros do."""
    own = candidate.signatures[_default(candidate, samples)]
    way = feeding(candidate.signatures, own, samples.inputs)
    inputs: Mapping[str, Array] = way.inputs(samples.inputs, [0])
    size = sum(array.nbytes for array in inputs.values())
    return [Warmup(own.name, inputs)] if inputs and size <= _MOST_WARMUP_BYTES else []


def _origin(
    options: ShrinkOptions,
    inspection: Inspection,
    samples: Samples,
    outcome: Outcome,
    versions: Mapping[str, str],
) -> dict[str, Any]:
    return {
        "file": inspection.path.name,
        "format": inspection.format.value,
        "sha256": inspection.sha256,
        "size_bytes": inspection.size_bytes,
        "written_by": dict(inspection.written_by),
        "candidate": outcome.candidate.kind.name,
        "notes": list(outcome.candidate.notes),
        "versions": {k: v for k, v in versions.items() if k.startswith(_RECORDED)},
        "options": options.stated(),
        "samples": {
            "signature": samples.signature,
            "count": samples.count,
            "sha256": samples.sha256,
            "synthetic": samples.synthetic,
            # Apart: whoever verifies the bundle later needs the samples only.
            "labels_sha256": (
                None if samples.labels is None else fingerprint({"labels": samples.labels})
            ),
        },
        "parity": parity_to_dict(outcome.parity),
    }
