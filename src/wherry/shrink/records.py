"""What is known of candidates: samples, parity, accuracy, measurements, and the choice."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from wherry.shrink.candidates import Candidate, Failure, Kind
from wherry.tensors import Array


class Preference(StrEnum):
    """What the chosen candidate is to be best at."""

    LATENCY = "latency"
    MEMORY = "memory"
    SIZE = "size"


@dataclass(frozen=True, slots=True)
class Samples:
    """Inputs on which candidates are compared with the original.

    Attributes:
        signature: The name of the signature they are for.
        inputs: By input name, an array with the samples on axis 0. Where the signature has a batch
            axis that is axis 0 itself; where it has none each index is one run.
        labels: What is right for each sample, int64 [samples], or None.
        synthetic: Whether they were drawn from the signature, and so prove little.
        source: Where they came from, for people.
        sha256: Over the inputs' names, dtypes, shapes and bytes.
    """

    signature: str
    inputs: Mapping[str, Array]
    labels: Array | None
    synthetic: bool
    source: str
    sha256: str

    @property
    def count(self) -> int:
        """How many there are."""
        return len(next(iter(self.inputs.values()))) if self.inputs else 1


@dataclass(frozen=True, slots=True)
class OutputParity:
    """How far one output strays from the original's, over all samples.

    ``range`` is the largest less the smallest of the original's finite numbers. Relative errors are
    those of numbers whose original is at least a thousandth of that range. ``top1_agreement`` is
    given where the last axis can be a choice (two or more numbers, float). For text and integers
    only ``agreement`` is given besides: the ratio of items that are equal.
    """

    output: str
    max_abs_error: float
    median_abs_error: float
    max_rel_error: float
    median_rel_error: float
    range: float
    cosine: float
    agreement: float
    top1_agreement: float | None = None

    @property
    def error_ratio(self) -> float:
        """The largest error as a part of the output's range."""
        if self.max_abs_error == 0:
            return 0.0
        return self.max_abs_error / self.range if self.range > 0 else float("inf")


@dataclass(frozen=True, slots=True)
class Parity:
    """How far a candidate strays from the original on the samples."""

    outputs: tuple[OutputParity, ...]
    samples: int

    @property
    def error_ratio(self) -> float:
        """Of the output that strays most."""
        return max((output.error_ratio for output in self.outputs), default=0.0)


@dataclass(frozen=True, slots=True)
class Accuracy:
    """The ratio of labelled samples answered rightly, and its drop from the original's.

    ``low`` and ``high`` bound the drop with 95 % confidence, from the paired differences.
    """

    original: float
    candidate: float
    drop: float
    low: float
    high: float
    samples: int


@dataclass(frozen=True, slots=True)
class Measurement:
    """One candidate in a process of its own.

    Attributes:
        file_bytes: Of the model's files.
        slug_bytes: What the runtime adds to a slug besides (compressed), as far as known.
        load_s: Seconds until it is loaded and warm; the median of several processes.
        anonymous_bytes: Anonymous memory that the runtime and the model add to the process.
        pss_bytes: Proportional set size of the whole process.
        latency_s: Median seconds of one run, by batch size.
        predictions_per_s: On all CPUs that the dyno shows, batch 1.
        spread: The middle half of the latency's repetitions, as a part of their median.
        fits: Whether it stays in the dyno's memory quota.
    """

    file_bytes: int
    slug_bytes: int
    load_s: float
    anonymous_bytes: int
    pss_bytes: int
    latency_s: Mapping[int, float]
    predictions_per_s: float
    spread: float
    fits: bool


@dataclass(frozen=True, slots=True)
class Outcome:
    """All that is known of one candidate."""

    candidate: Candidate
    parity: Parity
    measurement: Measurement
    accuracy: Accuracy | None = None
    errors: Mapping[str, Array] = field(default_factory=dict)
    """By output, absolute errors (float32, flat, at most 10,000 drawn evenly), for the plots."""
    refused: str | None = None
    """Why it may not be chosen, a sentence; None where it may."""


@dataclass(frozen=True, slots=True)
class ShrinkReport:
    """What was tried, and what came of it.

    ``chosen`` is the kind of the candidate in the bundle, ``why`` the sentence that says so;
    ``pareto`` the kinds that none beats in size, latency, memory and error at once; ``notes`` are
    sentences about the model and its samples that a reader should know.
    """

    model: str
    model_sha256: str
    platform: str
    prefer: Preference
    samples: Samples
    outcomes: tuple[Outcome, ...]
    failures: tuple[Failure, ...]
    pareto: tuple[Kind, ...]
    chosen: Kind | None
    why: str
    original_bytes: int
    versions: Mapping[str, str] = field(default_factory=dict)
    options: Mapping[str, object] = field(default_factory=dict)
    seconds: Mapping[str, float] = field(default_factory=dict)
    notes: tuple[str, ...] = ()
