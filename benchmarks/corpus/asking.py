"""Ask a bundle, in a process of its own: ``python -m benchmarks.corpus.asking BUNDLE FOLDER``.

Reads ``samples.npz`` in the folder and writes ``bundle-answers.npz`` beside it. It feeds the
model by itself, so that a mistake of what shrink compares with does not hide here too.
"""

import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np

from wherry import runtimes
from wherry.bundle.folder import open_bundle
from wherry.runtimes.protocol import LoadOptions
from wherry.tensors import VARIABLE, Array, Signature

BATCH = 16


def main() -> None:
    """Ask and write."""
    bundle, folder = open_bundle(Path(sys.argv[1])), Path(sys.argv[2])
    model = runtimes.load(bundle.runtime, bundle.model, LoadOptions())
    name = bundle.default_signature or next(iter(model.signatures))
    signature = model.signatures[name]
    inputs = samples_for(signature, folder / "samples.npz")
    parts = [model.run(name, batch) for batch in batches(signature, inputs)]
    batched = _is_batched(signature, inputs)
    join = np.concatenate if batched else np.stack
    answers = {key: plain(join([part[key] for part in parts])) for key in parts[0]}
    np.savez(folder / "bundle-answers.npz", allow_pickle=False, **answers)


def samples_for(signature: Signature, path: Path) -> dict[str, Array]:
    """Return the samples by the signature's names; a single input takes a single array."""
    with np.load(path, allow_pickle=False) as stored:
        arrays = {key: stored[key] for key in stored.files if key != "labels"}
    names = [spec.name for spec in signature.inputs]
    if len(names) == 1 and len(arrays) == 1:
        arrays = {names[0]: next(iter(arrays.values()))}
    return {spec.name: _cast(arrays[spec.name], spec.datatype.numpy) for spec in signature.inputs}


def _cast(array: Array, wanted: np.dtype[Any]) -> Array:
    if array.dtype.kind in "SU":
        encoded = array.astype("S") if array.dtype.kind == "S" else np.char.encode(array, "utf-8")
        return encoded.astype(object)
    return np.ascontiguousarray(array.astype(wanted))


def batches(signature: Signature, inputs: dict[str, Array]) -> Iterator[dict[str, Array]]:
    """Yield inputs for one run after another."""
    count = len(next(iter(inputs.values())))
    batched = _is_batched(signature, inputs)
    free = all((spec.shape or (0,))[0] == VARIABLE for spec in signature.inputs)
    size = BATCH if batched and free else 1
    for first in range(0, count, size):
        yield {
            name: np.ascontiguousarray(array[first : first + size] if batched else array[first])
            for name, array in inputs.items()
        }


def _is_batched(signature: Signature, inputs: dict[str, Array]) -> bool:
    """Whether the samples are rows of a batch; a shape that is not known is taken to have one."""
    return all(
        spec.shape is None or len(spec.shape) == inputs[spec.name].ndim for spec in signature.inputs
    )


def plain(array: Array) -> Array:
    """Return an array that numpy stores without pickling."""
    return array.astype("S") if array.dtype.kind in "OU" else array


if __name__ == "__main__":
    main()
