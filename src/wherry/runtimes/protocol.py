"""What every runtime offers: read a model's signatures, load it, run arrays through it."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from wherry.tensors import Array, Signature

type Sample = tuple[str, Mapping[str, Array]]
"""The name of a signature, and inputs for it."""


@dataclass(frozen=True, slots=True)
class LoadOptions:
    """How a model is to be loaded.

    ``threads`` is the number of threads that one run may use. ``weight_cache`` is a folder in
    which a runtime may keep weights that several processes can map at once; None keeps them
    private to this process. ``samples`` are the inputs on which answers with such weights are
    compared with those without, besides inputs drawn from the signatures.
    """

    threads: int = 1
    weight_cache: Path | None = None
    samples: tuple[Sample, ...] = ()


class LoadedModel(Protocol):
    """A model in memory."""

    @property
    def signatures(self) -> Mapping[str, Signature]:
        """The model's signatures as its own file states them, by name."""
        ...

    @property
    def concurrent(self) -> bool:
        """Whether ``run`` may be called from several threads at once."""
        ...

    def run(self, signature: str, inputs: Mapping[str, Array]) -> dict[str, Array]:
        """Run one signature.

        ``inputs`` holds an array for each of the signature's inputs, already checked to be of
        its numpy dtype and a fitting shape, and C-contiguous. The arrays returned belong to the
        caller: nothing that runs later changes them.

        Raises:
            InvalidInput: the model refused these values (an index out of range, say).
            ExecutionFailed: the runtime failed for another reason.
        """
        ...

    def trim(self) -> None:
        """Give back memory that only loading and warming up needed; the model stays loaded."""
        ...

    def close(self) -> None:
        """Give the memory back. The model cannot be run afterwards."""
        ...


class Runtime(Protocol):
    """A module of this room: ``litert``, ``onnx`` or ``tensorflow``."""

    def load(self, model: Path, options: LoadOptions) -> LoadedModel:
        """Load the model file (a SavedModel: its folder).

        Raises:
            BundleError: the file is not what it should be.
            RuntimeMissing: the library is not installed; the sentence says what to install.
        """
        ...
