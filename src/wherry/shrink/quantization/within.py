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
"""Of putting layers back; they find the fewest of 16 layers, and of 64 to within four."""

WORTH_RATIO = 0.75
"""Of the weights as 16-bit floats: what is larger saves too little for what it loses."""

# By bytes and not by a clock, so that the same model gives the same bundle.
_FEWEST_TRIES, _TRIES_BYTES = 2, 160 * 2**20
_RANKING_SAMPLES = 16
_INT8_SAVES = 0.75  # of the bytes that weights take as 32-bit floats

type Holds = Callable[[Candidate], bool]


def layers_by_error(
    candidate: Candidate, kind: Kind, samples: Samples, work: Path, *, say: Say = quiet
) -> tuple[Layer, ...]:
    """Return the layers that the kind quantizes, those first that add most error on the samples.

    LiteRT's are each quantized alone, to see what becomes of the outputs. Of ONNX's, an error is
    what the output strays more than the inputs do, so that those after a bad one are not blamed
    for it. Those that could not be looked at come last.

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
    say: Say = quiet,
) -> Candidate:
    """Return the quantized candidate with as few layers in float as make ``holds`` true.

    The layers are tried in the order of ``layers_by_error``, the number of them bisected: at most
    ``TRIES`` candidates are made besides the first, of large files fewer. Layers whose weights
    would make the file larger than it is worth (see ``worth_bytes``) are never put back.

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

    best = bisect(kept, len(affordable), tries(candidate.model.stat().st_size))
    if best is None:
        raise ConversionFailed(
            f"{kind.number_format} misses the gate, with {len(affordable)} of {len(ranked)} layers "
            "in float too; with more it saves nothing."
        )
    return best


def tries(size_bytes: int) -> int:
    """Return how often layers are put back: a try of a large file takes tens of seconds."""
    return max(_FEWEST_TRIES, min(TRIES, _TRIES_BYTES // max(1, size_bytes)))


def bisect(kept: Callable[[int], Candidate | None], most: int, tries: int) -> Candidate | None:
    """Return the candidate with the fewest layers kept that holds, or near it, in so many tries.

    ``kept`` gives the candidate with a number of layers kept, or None where it does not hold. Few
    are tried before many, since more are not always better: with nearly all in float, what is left
    may be what strays, or nothing that the quantizer takes.
    """
    best: Candidate | None = None
    low, high, count = 0, most + 1, 1
    for _ in range(tries):
        if high - low < 2:
            break
        found = kept(count)
        if found is None:
            low = count
        else:
            best, high = found, count
        count = min(4 * count, most) if best is None else (low + high) // 2
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
