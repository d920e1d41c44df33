"""Whether a model fits into the memory that is left, beside the one it replaces or after it.

Pure: sizes and usage were measured elsewhere.
"""

from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from wherry.platforms.heroku import MIB
from wherry.platforms.usage import Usage

# What requests, caches and fragmentation may take on top while a model is loaded.
SPARE_RATIO: Final = 0.05
# Anonymous memory of a model at most, beside the bytes of its files, where neither it nor another
# of its runtime was loaded here yet: ONNX Runtime holds a packed copy of the weights besides the
# one it reads (67 MB: 110 measured, 128 while it loads), the others one copy.
UNMEASURED_RATIO: Final = 2.0
# What a library takes for any model, however small.
LEAST_BYTES: Final = 2 * MIB


class Way(StrEnum):
    """How one model can take another's place."""

    BESIDE = "beside"
    STAGED = "staged"
    REFUSED = "refused"


@dataclass(frozen=True, slots=True)
class Need:
    """What a model is expected to need, in bytes, and where that is known from.

    ``held_bytes`` is what the model that makes room for it gives back; 0 where none does.
    """

    peak_bytes: int
    held_bytes: int
    source: str


@dataclass(frozen=True, slots=True)
class Fit:
    """A decision; ``sentence`` says it with its numbers."""

    way: Way
    sentence: str


def expect(size_bytes: int, *, known_ratio: float | None, held_bytes: int, runtime: str) -> Need:
    """Return what a model of so many bytes on disk is expected to need.

    ``known_ratio`` is the most anonymous memory that loading took here for each byte on disk, of
    any model of that runtime; None where none was loaded.
    """
    if known_ratio is None:
        source = f"{UNMEASURED_RATIO:g} times its {_mib(size_bytes)}, not measured yet"
        return Need(max(LEAST_BYTES, int(size_bytes * UNMEASURED_RATIO)), held_bytes, source)
    source = f"{known_ratio:.2f} times its {_mib(size_bytes)}, as measured with {runtime} here"
    return Need(max(LEAST_BYTES, int(size_bytes * known_ratio)), held_bytes, source)


def fit(need: Need, usage: Usage | None) -> Fit:
    """Decide how a model is to be loaded; without a quota it is loaded beside the other."""
    if usage is None:
        return Fit(Way.BESIDE, "No memory limit is known here.")
    most_bytes = int(usage.quota_bytes * (1 - SPARE_RATIO))
    beside_bytes = usage.used_bytes + need.peak_bytes
    staged_bytes = beside_bytes - need.held_bytes
    needs = f"it needs {_mib(need.peak_bytes)} ({need.source})"
    holds = f"{_mib(usage.used_bytes)} of {_mib(usage.quota_bytes)} are in use"
    if beside_bytes <= most_bytes:
        return Fit(Way.BESIDE, f"It fits beside the one that it replaces: {needs}, {holds}.")
    # What is in use now has been borne so far, however close to the quota it is.
    if need.held_bytes and staged_bytes <= max(most_bytes, usage.used_bytes):
        return Fit(
            Way.STAGED,
            f"Both do not fit at once: {needs}, {holds}. The old one is let go first, which gives "
            f"{_mib(need.held_bytes)} back; requests wait meanwhile.",
        )
    after = (
        f" after the old one's {_mib(need.held_bytes)} are given back" if need.held_bytes else ""
    )
    return Fit(
        Way.REFUSED,
        f"It does not fit: {needs}, {holds}, and {_mib(most_bytes)} may be used at most{after}. "
        "Serve a smaller model (`wherry shrink`), fewer models, or choose a larger machine.",
    )


def _mib(size_bytes: int) -> str:
    return f"{size_bytes / MIB:.0f} MiB"
