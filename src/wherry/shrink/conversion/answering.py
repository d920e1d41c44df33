"""The answers of the original, with which every candidate is compared."""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import numpy as np

from wherry.errors import ConversionFailed
from wherry.inspection.report import Format
from wherry.shrink.conversion.disk import writing
from wherry.shrink.conversion.environments import Say, quiet
from wherry.shrink.conversion.export import keras_request
from wherry.shrink.conversion.exported import Exported, threads
from wherry.shrink.conversion.loading import load_quietly
from wherry.shrink.conversion.processes import TaskFailed, run_task
from wherry.shrink.conversion.reasons import reason
from wherry.shrink.conversion.scripts.wherry_tasks.tensor_files import (
    read_tensors,
    write_tensors,
)
from wherry.shrink.conversion.sources import converter_environment
from wherry.shrink.records import Samples
from wherry.tensors import Array, Signature

_CHUNK = 16


def answer(
    exported: Exported, samples: Samples, work: Path, *, say: Say = quiet
) -> dict[str, Array]:
    """Return what the original answers, by output name, with the samples on axis 0.

    A Keras model answers itself, in its own TensorFlow; a SavedModel through TensorFlow; a
    .tflite or .onnx file through its runtime. Large answers are mapped from files in ``work``.

    Raises:
        ConversionFailed: it cannot answer; the sentence says why.
    """
    signature = exported.signatures[samples.signature]
    if exported.saved_model is None:
        return _through_runtime(exported, signature, samples)
    request: dict[str, Any] = {
        "mode": _mode(signature, samples),
        "samples": str(_new(work / "samples")),
        "answers": str(_new(work / "answers")),
    }
    with writing(work):
        write_tensors(Path(request["samples"]), samples.inputs)
    if exported.source is not None:
        environment = exported.source.environment
        task = "answer_keras"
        request |= keras_request(
            exported.inspection,
            exported.source,
            exported.with_files,
            allow_lambda=exported.allow_lambda,
        )
    else:
        environment = converter_environment(say)
        task = "answer_savedmodel"
        request |= {
            "saved_model": str(exported.saved_model.absolute()),
            "tags": list(exported.tags),
            "signature": signature.name,
            "threads": threads(),
        }
    try:
        run_task(environment, task, request, work)
    except TaskFailed as failure:
        raise ConversionFailed(
            f"The original does not answer the samples: {reason(failure)}."
        ) from None
    return _checked(read_tensors(Path(request["answers"])), signature)


def _mode(signature: Signature, samples: Samples) -> str:
    """Return what one run takes: see ``wherry_tasks.answering``."""
    if signature.batched:
        return "batch"
    for spec in signature.inputs:
        own = samples.inputs[spec.name].ndim
        if spec.shape is None or own != len(spec.shape) or spec.shape[:1] != (1,):
            return "run"
    return "single"


def _new(folder: Path) -> Path:
    folder.parent.mkdir(parents=True, exist_ok=True)
    number = 0
    while (path := folder.with_name(f"{folder.name}-{number}")).exists():
        number += 1
    return path.absolute()


def _checked(answers: dict[str, Array], signature: Signature) -> dict[str, Array]:
    wanted = [spec.name for spec in signature.outputs]
    if set(wanted) != set(answers):
        raise ConversionFailed(
            f"The original answers {', '.join(answers)}, and its signature promises "
            f"{', '.join(wanted)}."
        )
    return {name: answers[name] for name in wanted}


def _through_runtime(
    exported: Exported, signature: Signature, samples: Samples
) -> dict[str, Array]:
    runtime = "litert" if exported.inspection.format is Format.TFLITE else "onnx"
    loaded = load_quietly(runtime, exported.inspection.path)
    mode = _mode(signature, samples)
    parts = [loaded.run(signature.name, chunk) for chunk in _chunks(signature, samples, mode)]
    loaded.close()
    join = np.stack if mode == "run" else np.concatenate
    return {spec.name: join([part[spec.name] for part in parts]) for spec in signature.outputs}


def _chunks(signature: Signature, samples: Samples, mode: str) -> Iterator[Mapping[str, Array]]:
    size = _CHUNK if mode == "batch" else 1
    for start in range(0, samples.count, size):
        part = start if mode == "run" else slice(start, start + size)
        yield {
            spec.name: np.ascontiguousarray(samples.inputs[spec.name][part], spec.datatype.numpy)
            for spec in signature.inputs
        }
