"""What every source of samples is asked for, and what it gives."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from math import prod
from typing import Any

import numpy as np

from wherry.errors import InvalidInput
from wherry.tensors import VARIABLE, Signature

# A comparison needs the samples, the original's answers and a candidate's in memory at once, on a
# machine that people also work on.
MAX_SAMPLES_BYTES = 512 * 2**20
# Nobody's examples for one model; what claims to unpack to more is a mistake or an attack.
MAX_UNPACKED_BYTES = 32 * 2**30


class Scale(StrEnum):
    """To what the 0..255 of a picture's channels is brought."""

    UNIT = "0..1"
    SIGNED = "-1..1"
    NONE = "none"


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is wanted of a source.

    Attributes:
        signature: What the samples are for.
        count: The most samples.
        seed: Which are taken where there are more, and what synthetic ones are.
        scale: Of pictures; None leaves it to us, and the note says what was chosen.
        rate_hz: To which recordings are resampled; None leaves them at their own.
        integers_below: The end of the range of synthetic integers.
        labels_key: Under which the labels are; None tries the usual names.
    """

    signature: Signature
    count: int
    seed: int = 0
    scale: Scale | None = None
    rate_hz: int | None = None
    integers_below: int = 10
    labels_key: str | None = None

    def choose(self, available: int, sample_bytes: int) -> list[int]:
        """Return the sorted indices of the samples to take, so that all fit into memory.

        Raises:
            InvalidInput: not even one does.
        """
        fitting = MAX_SAMPLES_BYTES // max(1, sample_bytes)
        if fitting == 0:
            raise InvalidInput(
                f"One sample takes {sample_bytes / 2**20:.0f} MiB, more than the "
                f"{MAX_SAMPLES_BYTES // 2**20} MiB that all may take; give smaller ones."
            )
        count = min(self.count, fitting)
        if available <= count:
            return list(range(available))
        chosen = np.random.default_rng(self.seed).choice(available, count, replace=False)
        return sorted(chosen.tolist())


@dataclass(frozen=True, slots=True)
class Drawn:
    """Samples as a source gives them, before they are checked.

    Attributes:
        inputs: By input name, a value with the samples on axis 0.
        labels: Of each sample, as found; None where the source has none.
        where: The source, as the start of a sentence about it.
        available: How many samples it has.
        rows: For each sample the row of a file of labels that belongs to it.
        label_rows: How many rows such a file has to have.
        notes: What was done to the samples on the way.
    """

    inputs: Mapping[str, Any]
    labels: Any
    where: str
    available: int
    rows: Sequence[int]
    label_rows: int
    notes: tuple[str, ...] = field(default=())


LABEL_KEYS = ("labels", "label", "y")


def find_labels(wanted: Wanted, keys: Sequence[str], where: str) -> str | None:
    """Return the key of the labels among a source's keys, or None where it has none.

    Raises:
        InvalidInput: the key that was asked for is not there.
    """
    if wanted.labels_key is not None:
        if wanted.labels_key not in keys:
            raise InvalidInput(
                f"{where} has no labels under {wanted.labels_key!r}; it has {listed(keys)}."
            )
        return wanted.labels_key
    inputs = {spec.name for spec in wanted.signature.inputs}
    return next((key for key in LABEL_KEYS if key in keys and key not in inputs), None)


def match_inputs(signature: Signature, keys: Sequence[str], where: str) -> dict[str, str]:
    """Return for each input the key it is found under; one input may have any name.

    Raises:
        InvalidInput: an input is missing, or a key is none.
    """
    names = [spec.name for spec in signature.inputs]
    if set(names) == set(keys):
        return {name: name for name in names}
    if len(names) == 1 and len(keys) == 1:
        return {names[0]: keys[0]}
    if len(names) == 1 and names[0] not in keys:
        raise InvalidInput(
            f"{where} has {listed(keys)}, and the model has the one input {names[0]!r}; "
            "name its array so, or leave the others out."
        )
    missing = [name for name in names if name not in keys]
    if missing:
        raise InvalidInput(
            f"{where} lacks {listed(missing)}; it has {listed(keys)}, and the model takes "
            f"{listed(names)}."
        )
    unknown = [key for key in keys if key not in names]
    raise InvalidInput(
        f"{where} has {listed(unknown)}, which the model does not take; it takes {listed(names)}."
    )


def only_input(signature: Signature, where: str) -> str:
    """Return the name of the one input that a folder of files can fill.

    Raises:
        InvalidInput: there are several, or none.
    """
    if len(signature.inputs) != 1:
        names = listed([spec.name for spec in signature.inputs])
        raise InvalidInput(
            f"{where} can fill one input, and the model takes {names}. Put the samples into an "
            ".npz file with an array for each, or write a function that returns them."
        )
    return signature.inputs[0].name


def sample_bytes(signature: Signature, shapes: Mapping[str, tuple[int, ...]]) -> int:
    """Return the bytes of one sample as the model takes it, each input of the given shape."""
    return sum(
        spec.datatype.numpy.itemsize * prod(size for size in shapes[spec.name] if size != VARIABLE)
        for spec in signature.inputs
    )


def listed(names: Sequence[str]) -> str:
    """Return names as a sentence lists them, the first ten."""
    if not names:
        return "nothing"
    shown = ", ".join(repr(name[:60]) for name in names[:10])
    return shown if len(names) <= 10 else f"{shown} and {len(names) - 10} more"
