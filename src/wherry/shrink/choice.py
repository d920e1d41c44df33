"""Which candidate goes into the bundle, by a rule that is stated and a sentence that says why.

The rule: a candidate may be chosen if it passes the gate (see ``gate``). Among those that also fit
into the dyno's memory, the one that measures best at what is preferred is chosen; all within 5 % of
the best count as equal to it, and of these the first in the order of ``candidates.KINDS`` is taken,
so that noise does not choose. TensorFlow itself is for what cannot be converted: it is chosen only
if no other may be. If none fits, it is the one that needs the least memory.
"""

import math
from collections.abc import Sequence

from wherry.platforms.heroku import MIB
from wherry.shrink.candidates import KINDS, TENSORFLOW, Kind, NumberFormat
from wherry.shrink.parity import SAME_ANSWERS_RATIO
from wherry.shrink.records import Accuracy, Outcome, Parity, Preference

EQUAL_RATIO = 0.05
REDUCED = frozenset((NumberFormat.FLOAT16, NumberFormat.DYNAMIC_INT8, NumberFormat.INT8))
"""The number formats that hold less than the original's numbers."""

DEFAULT_MAX_DROP = 0.005
"""Half a point of accuracy, where labels tell it."""
# Without labels nothing tells which errors matter. A hundredth of an output's range is what a
# person still reads off a probability in percent, and if one answer in a hundred differs, accuracy
# drops by one point at most.
DEFAULT_MAX_ERROR_RATIO = 0.01
DEFAULT_MIN_TOP1 = 0.99


def gate(
    kind: Kind,
    parity: Parity,
    accuracy: Accuracy | None,
    *,
    synthetic: bool,
    max_drop: float | None = None,
    max_error_ratio: float | None = None,
    floor_ratio: float = 0.0,
) -> str | None:
    """Return why a candidate may not be chosen, a sentence; None where it may.

    Float32, and TensorFlow itself, must give the original's answers: no error above
    ``max_error_ratio`` of an output's range; by default 1e-4, or ``floor_ratio`` where the answers
    themselves are determined no better (see ``conditioning``). With labels, no format may lose more
    accuracy than ``max_drop``: by default 0.005 for reduced formats, and for the others whatever
    that error makes of it. A reduced format without labels must stay within ``max_error_ratio``,
    0.01 by default, and agree with the original in 99 % of all top-1 answers (with ``max_drop``, in
    all but that ratio, since a drop in accuracy cannot be larger than the answers that differ).
    On synthetic samples a reduced format is never chosen, unless ``max_error_ratio`` is given.
    """
    if _broken(parity):
        return "It gives NaN or infinity where the original gives numbers, or the other way round."
    if kind.number_format not in REDUCED:
        same = max(SAME_ANSWERS_RATIO, floor_ratio)
        limit = same if max_error_ratio is None else max_error_ratio
        return _error_above(parity, limit) or _drop_above(accuracy, max_drop)
    if synthetic and max_error_ratio is None:
        return (
            "How far a reduced format strays on real inputs is unknown, since the samples are "
            "synthetic: give some of your own."
        )
    if accuracy is not None:
        limit = DEFAULT_MAX_DROP if max_drop is None else max_drop
        refused = _drop_above(accuracy, limit)
        if refused is None and max_error_ratio is not None:
            refused = _error_above(parity, max_error_ratio)
        return refused
    limit = DEFAULT_MAX_ERROR_RATIO if max_error_ratio is None else max_error_ratio
    return _error_above(parity, limit) or _disagrees(parity, max_drop)


def _broken(parity: Parity) -> bool:
    return any(math.isinf(output.max_abs_error) for output in parity.outputs)


def _error_above(parity: Parity, limit: float) -> str | None:
    worst = max(parity.outputs, key=lambda output: output.error_ratio, default=None)
    if worst is None or worst.error_ratio <= limit:
        return None
    return (
        f"Its largest error, on {worst.output!r}, is {_ratio(worst.error_ratio)} of the output's "
        f"range, above {_ratio(limit)}."
    )


def _drop_above(accuracy: Accuracy | None, limit: float | None) -> str | None:
    if accuracy is None or limit is None or accuracy.drop <= limit + 1e-12:
        return None
    return (
        f"Its accuracy is {100 * accuracy.drop:.2f} points below the original's, and at most "
        f"{100 * limit:.2f} are allowed."
    )


def _disagrees(parity: Parity, max_drop: float | None) -> str | None:
    needed = DEFAULT_MIN_TOP1 if max_drop is None else 1 - max_drop
    for output in parity.outputs:
        if output.top1_agreement is not None and output.top1_agreement < needed - 1e-12:
            return (
                f"Its largest number on {output.output!r} stands where the original's does in "
                f"{100 * output.top1_agreement:.2f} % of all cases, and {100 * needed:.2f} % are "
                "needed where there are no labels."
            )
    return None


def choose(outcomes: Sequence[Outcome], prefer: Preference) -> tuple[Kind | None, str]:
    """Choose one by the module's rule; return its kind and the sentence that says why.

    None where every candidate is refused.
    """
    allowed = [outcome for outcome in outcomes if outcome.refused is None]
    if not outcomes:
        return None, "No candidate could be made and measured, so that none is chosen."
    if not allowed:
        return None, "Every candidate is refused, so that none is chosen."
    fitting = [outcome for outcome in allowed if outcome.measurement.fits]
    if not fitting:
        best = min(allowed, key=lambda o: (o.measurement.anonymous_bytes, _rank(o)))
        return _kind(best), (
            f"{_kind(best).name}: no candidate fits into the dyno's memory, and this one needs the "
            f"least, {_shown(best.measurement.anonymous_bytes, Preference.MEMORY)} beside the site."
        )
    converted = [outcome for outcome in fitting if _kind(outcome) != TENSORFLOW]
    if converted:
        kind, why = _best(converted, prefer, len(outcomes))
        return kind, why + _instead_of_tensorflow(kind, fitting, prefer)
    return _best(fitting, prefer, len(outcomes))


def _instead_of_tensorflow(kind: Kind, fitting: Sequence[Outcome], prefer: Preference) -> str:
    """Say so where TensorFlow itself measures better and is passed over."""
    costs = {_kind(outcome): _cost(outcome, prefer) for outcome in fitting}
    own = costs.get(TENSORFLOW, math.inf)
    if own * (1 + EQUAL_RATIO) >= costs[kind]:
        return ""
    slug = next(o.measurement.slug_bytes for o in fitting if _kind(o) == TENSORFLOW)
    return (
        f" TensorFlow itself ({_shown(own, prefer)}) is left for what cannot be converted: it adds "
        f"{_shown(slug, Preference.SIZE)} to the slug."
    )


def _best(fitting: Sequence[Outcome], prefer: Preference, tried: int) -> tuple[Kind, str]:
    if len(fitting) == 1:
        only = fitting[0]
        alone = "the only candidate" if tried == 1 else "the only one that passes the gate and fits"
        return _kind(only), f"{_kind(only).name}: it is {alone}."
    least = min(_cost(outcome, prefer) for outcome in fitting)
    equal = [o for o in fitting if _cost(o, prefer) <= least * (1 + EQUAL_RATIO)]
    chosen = min(equal, key=_rank)
    name, cost = _kind(chosen).name, _shown(_cost(chosen, prefer), prefer)
    if len(equal) > 1:
        others = sorted((o for o in equal if o is not chosen), key=_rank)
        told = " and ".join(f"{_kind(o).name} ({_shown(_cost(o, prefer), prefer)})" for o in others)
        return _kind(chosen), (
            f"{name}: as {_BEST[prefer]} ({cost}) it is equal within 5 % to {told}, and comes "
            "first in the fixed order."
        )
    others = [outcome for outcome in fitting if outcome is not chosen]
    second = min(others, key=lambda outcome: (_cost(outcome, prefer), _rank(outcome)))
    return _kind(chosen), (
        f"{name}: {_BEST[prefer]} ({cost}), before {_kind(second).name} "
        f"({_shown(_cost(second, prefer), prefer)})."
    )


_BEST = {
    Preference.LATENCY: "the fastest for one prediction",
    Preference.MEMORY: "the least memory beside the site",
    Preference.SIZE: "the smallest file",
}


def pareto(outcomes: Sequence[Outcome]) -> tuple[Kind, ...]:
    """Return the kinds that none beats in size, latency, memory and error at once.

    One beats another if it is no worse in any of the four and better in one. Refused ones are
    judged like the others: the front shows what there is to be had.
    """
    costs = [(outcome, _costs(outcome)) for outcome in outcomes]
    front = [
        outcome
        for outcome, mine in costs
        if not any(_beats(theirs, mine) for other, theirs in costs if other is not outcome)
    ]
    return tuple(_kind(outcome) for outcome in sorted(front, key=_rank))


def _costs(outcome: Outcome) -> tuple[float, ...]:
    preferences = (_cost(outcome, preference) for preference in Preference)
    return (*preferences, outcome.parity.error_ratio)


def _beats(one: tuple[float, ...], other: tuple[float, ...]) -> bool:
    pairs = list(zip(one, other, strict=True))
    return all(a <= b for a, b in pairs) and any(a < b for a, b in pairs)


def _cost(outcome: Outcome, prefer: Preference) -> float:
    measured = outcome.measurement
    if prefer is Preference.LATENCY:
        sizes = sorted(measured.latency_s)
        return measured.latency_s[sizes[0]] if sizes else math.inf
    if prefer is Preference.MEMORY:
        return float(measured.anonymous_bytes)
    # Not with the runtime's part of the slug: the two that models are converted for cost the same,
    # and beside it a small model's formats would all count as equal.
    return float(measured.file_bytes)


def _rank(outcome: Outcome) -> int:
    kind = _kind(outcome)
    return KINDS.index(kind) if kind in KINDS else len(KINDS)


def _kind(outcome: Outcome) -> Kind:
    return outcome.candidate.kind


def _shown(cost: float, prefer: Preference) -> str:
    if prefer is not Preference.LATENCY:
        return f"{cost / MIB:.1f} MiB" if cost >= MIB else f"{cost / 1024:.1f} KiB"
    if math.isinf(cost):
        return "not timed"
    return f"{cost * 1e3:.2f} ms" if cost >= 1e-3 else f"{cost * 1e6:.3g} us"


def _ratio(value: float) -> str:
    return f"{100 * value:.2g} %" if value >= 1e-3 else f"{value:.1e}"
