"""For the tests of projects that use Wherry: a model that answers what the test says."""

from collections.abc import Callable, Generator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from wherry.bundle.folder import Bundle
from wherry.django import registry
from wherry.errors import ConfigurationError, WherryError
from wherry.serving.loading import open_named
from wherry.serving.model import ServedModel
from wherry.serving.options import ModelOptions
from wherry.tensors import VARIABLE, Array, Signature, TensorSpec

type Answer = Mapping[str, Any] | Callable[[Mapping[str, Array]], Mapping[str, Any]]


@dataclass
class FakeModel:
    """Stands in for a loaded model; ``calls`` holds the inputs of each run, as arrays."""

    signatures: Mapping[str, Signature]
    answer: Answer
    calls: list[dict[str, Array]] = field(default_factory=list)
    concurrent: bool = True

    def run(self, signature: str, inputs: Mapping[str, Array]) -> dict[str, Array]:
        """Return the answer as arrays of the signature's dtypes.

        Raises:
            ConfigurationError: the answer lacks an output, or an output's shape does not fit.
        """
        self.calls.append(dict(inputs))
        answer = self.answer(inputs) if callable(self.answer) else self.answer
        return {spec.name: _output(spec, answer) for spec in self.signatures[signature].outputs}

    def trim(self) -> None:
        """Do nothing: there is no memory to give back."""

    def close(self) -> None:
        """Do nothing: there is no memory to give back."""


@contextmanager
def fake_model(
    name: str, answer: Answer, *, signature: Signature | None = None
) -> Generator[FakeModel]:
    """Serve a fake in place of the model that WHERRY calls ``name``; also a decorator.

    Inputs are checked, batches bounded and HTTP answered as for the real model, whose runtime
    need not be installed. ``answer`` maps output names to values, or is a function of the inputs
    that returns such a mapping. The signature is the bundle's own unless given; a bare model
    file needs it given.

    Raises:
        ConfigurationError: no signature is known, or WHERRY has no such model.
    """
    options = registry.get_model(name).options
    bundle = _bundle(name, options, signature)
    fake = FakeModel(bundle.signatures or {}, answer)
    model = ServedModel(name, options)
    model.adopt(bundle, fake)
    with registry.substituted(model):
        yield fake


def _bundle(name: str, options: ModelOptions, signature: Signature | None) -> Bundle:
    path = options.path
    if signature is not None:
        return Bundle(path, path, name, "1", "fake", {signature.name: signature}, signature.name)
    try:
        bundle = open_named(options, hashes=False)
    except WherryError as error:
        raise ConfigurationError(
            f"The bundle of {name!r} cannot be read for its signature ({error}). "
            "Give fake_model(..., signature=...)."
        ) from error
    if bundle.signatures is None:
        raise ConfigurationError(
            f"{path} is a bare model, whose signature only its runtime can read. "
            "Give fake_model(..., signature=...)."
        )
    return bundle


def _output(spec: TensorSpec, answer: Mapping[str, Any]) -> Array:
    if spec.name not in answer:
        raise ConfigurationError(
            f"The fake's answer lacks the output {spec.name!r}; it has {sorted(answer)}."
        )
    array = np.asarray(answer[spec.name], dtype=spec.datatype.numpy)
    if not spec.accepts(array.shape):
        wanted = [("any" if size == VARIABLE else size) for size in spec.shape or ()]
        raise ConfigurationError(
            f"The fake's {spec.name!r} has shape {list(array.shape)}; the model's is {wanted}."
        )
    return array
