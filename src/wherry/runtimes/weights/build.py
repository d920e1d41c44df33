"""Make one entry of shared weights, and keep it only if it changes no answer.

``python -m wherry.runtimes.weights.build RUNTIME MODEL FOLDER THREADS``: exit status 0 when
the weights in FOLDER may be shared; otherwise standard output may say why not.
"""

import sys
from collections.abc import Iterator, Sequence
from importlib import import_module
from pathlib import Path
from typing import Protocol

import numpy as np

from wherry.errors import ExecutionFailed, InvalidInput
from wherry.runtimes import module_of
from wherry.runtimes.protocol import LoadedModel, LoadOptions, Sample
from wherry.runtimes.weights.cache import MINIMUM_BYTES, read_samples
from wherry.tensors import VARIABLE, Array, Datatype, Signature, TensorSpec

_DRAWN_BATCHES = (1, 3, 1)
"""Back to a batch size that was run before, for that is where a resize goes wrong."""


class SharingRuntime(Protocol):
    """What a runtime's module offers so that its weights can be shared."""

    def load(self, model: Path, options: LoadOptions) -> LoadedModel:
        """Load with private weights, as ``protocol.Runtime``."""
        ...

    def keep_weights(
        self, model: Path, folder: Path, options: LoadOptions, samples: Sequence[Sample]
    ) -> None:
        """Write the weights to ``folder`` in the form that ``load_with_weights`` maps."""
        ...

    def load_with_weights(self, model: Path, folder: Path, options: LoadOptions) -> LoadedModel:
        """Load with the weights that ``keep_weights`` wrote."""
        ...


def main(arguments: Sequence[str]) -> str | None:
    """Make the weights and check them; return why they may not be shared, or None."""
    name, model, folder, threads = arguments
    runtime: SharingRuntime = import_module(module_of(name))
    options = LoadOptions(threads=int(threads))
    samples = read_samples(Path(folder))
    private = runtime.load(Path(model), options)
    expected = list(_answers(private, samples))
    private.close()
    del private
    if not any(_telling(answer) for _, _, answer in expected):
        return "no answer varies, so that none could show a difference."
    inputs = [(signature, given) for signature, given, _ in expected]
    runtime.keep_weights(Path(model), Path(folder), options, inputs)
    kept = sum(file.stat().st_size for file in Path(folder).iterdir())
    if kept < MINIMUM_BYTES:
        return f"they are small, {kept / 2**20:.0f} MiB."
    shared = runtime.load_with_weights(Path(model), Path(folder), options)
    for signature, given, answer in expected:
        if any(not _same(shared.run(signature, given), answer) for _ in range(2)):
            return f'answers of "{signature}" would change.'
    return None


def _answers(
    model: LoadedModel, samples: Sequence[Sample]
) -> Iterator[tuple[str, dict[str, Array], dict[str, Array]]]:
    """Run the warm-up samples, and inputs drawn from each signature, where it takes them."""
    for name, signature in model.signatures.items():
        inputs_of = [dict(inputs) for sample, inputs in samples if sample == name]
        for inputs in (*inputs_of, *_drawn(signature)):
            try:
                yield name, inputs, model.run(name, inputs)
            except (InvalidInput, ExecutionFailed):
                continue


def _drawn(signature: Signature) -> Iterator[dict[str, Array]]:
    generator = np.random.default_rng(0)
    if any(spec.datatype is Datatype.BYTES for spec in signature.inputs):
        return
    for batch in _DRAWN_BATCHES:
        yield {spec.name: _draw(spec, batch, generator) for spec in signature.inputs}


def _draw(spec: TensorSpec, size: int, generator: np.random.Generator) -> Array:
    """Draw normal floats, or zeros and ones, which are valid as an index of most things."""
    shape = [size if wanted == VARIABLE else wanted for wanted in spec.shape or ()]
    if spec.datatype.numpy.kind in "fc":
        return generator.standard_normal(shape).astype(spec.datatype.numpy)
    return generator.integers(0, 2, shape).astype(spec.datatype.numpy)


def _telling(answer: dict[str, Array]) -> bool:
    """Whether an output holds different finite numbers: a constant one agrees with anything."""
    numbers = [array for array in answer.values() if array.dtype.kind in "iuf" and array.size]
    return any(np.isfinite(array).all() and array.min() < array.max() for array in numbers)


def _same(ours: dict[str, Array], theirs: dict[str, Array]) -> bool:
    return ours.keys() == theirs.keys() and all(
        ours[name].shape == array.shape
        and ours[name].dtype == array.dtype
        and ours[name].tobytes() == array.tobytes()
        for name, array in theirs.items()
    )


if __name__ == "__main__":
    reason = main(sys.argv[1:])
    if reason is not None:
        sys.stdout.write(f"{reason}\n")
        sys.exit(1)
