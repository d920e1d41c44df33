"""Put the worst layers back to float until a quantized candidate holds the gate."""

from collections.abc import Callable, Sequence
from pathlib import Path

from wherry.errors import ConversionFailed
from wherry.shrink.candidates import Candidate, Kind
from wherry.shrink.conversion.environments import Say, quiet
from wherry.shrink.quantization.layers import Layer, as_layers
from wherry.shrink.quantization.quantize import Quantized, quantize_layers, run
from wherry.shrink.records import Samples

TRIES = 8
"""Of putting layers back; seven bisect a hundred layers."""

WORTH_RATIO = 0.75
"""Of the weights as 16-bit floats: what is larger saves too little for what it loses."""

_RANKING_SAMPLES = 16
_INT8_SAVES = 0.75  # of the bytes that weights take as 32-bit floats

type Holds = Callable[[Candidate], bool]


def layers_by_error(
    candidate: Candidate, kind: Kind, samples: Samples, work: Path, *, say: Say = quiet
) -> tuple[Layer, ...]:
    """Return the layers that the kind quantizes, those first that add most error on the samples.

    An operator's error is what its output strays more than its inputs do, so that those after a
    bad one are not blamed for it. Operators in loops and branches are not looked at, and come
    last.

    Raises:
        ConversionFailed: as ``quantize``.
    """
    work.mkdir(parents=True, exist_ok=True)
    scratch = work.absolute() / f"ranking-{kind.number_format}"
    answer = run(
        candidate,
        kind,
        samples,
        work,
        {"quantized": str(scratch), "kept": [], "count": _RANKING_SAMPLES},
        say,
        f"{kind.runtime}_layers",
    )
    return tuple(sorted(as_layers(answer["layers"]), key=lambda layer: -layer.error))


def quantize_within(
    candidate: Candidate,
    kind: Kind,
    samples: Samples,
    work: Path,
    *,
    holds: Holds,
    tries: int = TRIES,
    say: Say = quiet,
) -> Candidate:
    """Return the quantized candidate with as few layers in float as make ``holds`` true.

    The layers are tried in the order of ``layers_by_error``, the number of them bisected: at most
    ``tries`` candidates are made besides the first. Layers whose weights would make the file
    larger than it is worth (see ``worth_bytes``) are never put back.

    Raises:
        ConversionFailed: as ``quantize``, or it holds only where it saves nothing.
    """
    whole = quantize_layers(candidate, kind, samples, work, (), say)
    if holds(whole.candidate):
        return whole.candidate
    ranked = layers_by_error(candidate, kind, samples, work, say=say)
    affordable = _affordable(ranked, whole, worth_bytes(ranked, whole))

    def kept(count: int) -> Candidate | None:
        say(f"Trying {kind.name} with {count} of {len(ranked)} layers in float.")
        layers = affordable[:count]
        try:
            made = quantize_layers(candidate, kind, samples, work, layers, say).candidate
        except ConversionFailed:
            return None
        return made if holds(made) else None

    best = bisect(kept, len(affordable), tries)
    if best is None:
        raise ConversionFailed(
            f"{kind.number_format} misses the gate, with {len(affordable)} of {len(ranked)} layers "
            "in float too; with more it saves nothing."
        )
    return best


def bisect(kept: Callable[[int], Candidate | None], most: int, tries: int) -> Candidate | None:
    """Return the candidate with the fewest layers kept that holds, found in so many tries.

    ``kept`` gives the candidate with a number of layers kept, or None where it does not hold;
    more layers are taken to be no worse.
    """
    if most < 1 or tries < 1:
        return None
    best = kept(most)
    if best is None:
        return None
    low, high = 1, most
    for _ in range(tries - 1):
        if low >= high:
            break
        middle = (low + high) // 2
        found = kept(middle)
        if found is None:
            low = middle + 1
        else:
            best, high = found, middle
    return best


def worth_bytes(ranked: Sequence[Layer], whole: Quantized) -> float:
    """Return how large a file is worth having.

    What is not weights (the graph, biases) is in every file; the weights may take
    ``WORTH_RATIO`` of what they take as 16-bit floats.
    """
    weights_bytes = sum(layer.weights_bytes for layer in ranked)
    rest_bytes = max(0.0, whole.candidate.model.stat().st_size - weights_bytes / 4)
    return rest_bytes + WORTH_RATIO * weights_bytes / 2


def _affordable(ranked: Sequence[Layer], whole: Quantized, most_bytes: float) -> tuple[Layer, ...]:
    """Return the layers that can be put back together without making the file too large.

    At least one stays quantized.
    """
    size = float(whole.candidate.model.stat().st_size)
    chosen: list[Layer] = []
    for layer in ranked:
        grown = size + _INT8_SAVES * layer.weights_bytes
        if grown <= most_bytes and len(chosen) < len(ranked) - 1:
            chosen.append(layer)
            size = grown
    return tuple(chosen)
