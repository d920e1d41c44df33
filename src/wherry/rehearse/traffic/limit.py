"""Raise the rate until something gives, and say in a sentence what the dyno holds."""

import math
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Final, Protocol

from wherry.rehearse.rehearsal import LoadPoint
from wherry.rehearse.traffic.measures import Growth, growth, lag_s, load_point
from wherry.rehearse.traffic.sending import Sent

_RISE: Final = 1.6
_NEAR_ENOUGH: Final = 1.12  # between the rate that is held and the one that is not
_STEP_REQUESTS: Final = 40
_SHORTEST_STEP_S: Final = 4.0
_LONGEST_STEP_S: Final = 20.0
_LEAST_RATE: Final = 0.05
_MOST_RATE: Final = 1500.0  # what one process of the sender's sends without being late itself
_OWN_LAG_S: Final = 0.1
# Requests pile up where latencies grow by so much of a second in each second, and by more than
# chance does: by half of what a request alone takes.
_PILING_PER_S: Final = 0.05
_PILING_TIMES: Final = 0.5
_PILING_LEAST_S: Final = 0.05


class Load(Protocol):
    """Sends at a rate for some seconds, and returns what came of it."""

    def __call__(self, rate: float, seconds: float) -> Awaitable[Sent]:
        """Send."""


@dataclass(frozen=True, slots=True)
class Step:
    """One rate that was tried.

    Attributes:
        why: What gave; "" where the rate was held.
    """

    point: LoadPoint
    seconds: float
    growth: Growth
    why: str = ""


@dataclass(slots=True)
class Search:
    """A search under way, and what came of it.

    Attributes:
        held: The highest rate that was held.
        gave: The lowest one that was not.
        own: Whether the sender was what could not go on.
    """

    base_s: float
    request_timeout_s: float | None
    steps: list[Step] = field(default_factory=list)
    held: Step | None = None
    gave: Step | None = None
    own: bool = False

    @property
    def points(self) -> tuple[LoadPoint, ...]:
        """Every rate, from the lowest."""
        return tuple(sorted((step.point for step in self.steps), key=lambda point: point.rate))


async def find_limit(
    load: Load,
    settle: Callable[[], Awaitable[None]],
    *,
    base_s: float,
    request_timeout_s: float | None,
    budget_s: float,
    clock: Callable[[], float],
) -> Search:
    """Raise the rate until something gives, then look between for the highest that is held.

    Args:
        load: Sends.
        settle: Waits until the app has got over a rate that it did not hold.
        base_s: How long a request takes when it is alone.
        request_timeout_s: The router's.
        budget_s: No step but the first begins later than this.
        clock: Tells seconds.
    """
    search = Search(base_s, request_timeout_s)
    ends = clock() + budget_s
    rate = min(max(0.5 / base_s if base_s > 0 else 1.0, _LEAST_RATE), _MOST_RATE / 4)
    while rate and (not search.steps or clock() < ends):
        seconds = min(max(_STEP_REQUESTS / rate, _SHORTEST_STEP_S), _LONGEST_STEP_S)
        step = _judge(search, await load(rate, seconds), seconds)
        search.steps.append(step)
        if search.own:
            break
        if step.why:
            search.gave = step
            await settle()
        else:
            search.held = step
        rate = _next_rate(search)
    return search


def _judge(search: Search, sent: Sent, seconds: float) -> Step:
    point, grown = load_point(sent), growth(sent)
    if lag_s(sent) > max(_OWN_LAG_S, search.base_s):
        search.own = True
    return Step(point, seconds, grown, _what_gave(search, sent, point, grown))


def _what_gave(search: Search, sent: Sent, point: LoadPoint, grown: Growth) -> str:
    if point.failed:
        return _first_failure(sent)
    least = max(_PILING_TIMES * search.base_s, _PILING_LEAST_S)
    if grown.grown_s > least and grown.per_s > _PILING_PER_S:
        return "requests pile up"
    return ""


def _first_failure(sent: Sent) -> str:
    first = next(outcome for outcome in sent.outcomes if not sent.good(outcome))
    code = sent.codes.get(first.number)
    if code:
        return f"the first {code}"
    if first.error:
        return f"the first request without an answer ({first.error})"
    return f"the first {first.status}"


def _next_rate(search: Search) -> float:
    """Return the next rate to try; 0 where it is known well enough."""
    held = search.held.point.rate if search.held else 0.0
    gave = search.gave.point.rate if search.gave else math.inf
    if math.isinf(gave):
        return 0.0 if held >= _MOST_RATE else min(held * _RISE, _MOST_RATE)
    if not held:
        return 0.0 if gave <= _LEAST_RATE else max(gave / _RISE**2, _LEAST_RATE)
    return 0.0 if gave / held <= _NEAR_ENOUGH else math.sqrt(gave * held)


def sentence(search: Search, noun: str) -> str:
    """Say what the dyno holds: ``this dyno holds 38 predictions a second at p99 420 ms; ...``."""
    held, gave = search.held, search.gave
    if held is None:
        if gave is None:
            return ""
        return (
            f"this dyno does not hold {_rate(gave.point.rate)} {noun} a second: "
            f"{_told(search, gave)}"
        )
    text = (
        f"this dyno holds {_rate(held.point.rate)} {noun} a second at p99 {_time(held.point.p99_s)}"
    )
    if gave is not None:
        return f"{text}; at {_rate(gave.point.rate)} {_told(search, gave)}"
    if search.own:
        return f"{text}, and more than this machine can send beside it"
    return f"{text}; no rate was tried at which it gave"


def _told(search: Search, step: Step) -> str:
    if step.why != "requests pile up":
        return step.why
    told = f"requests pile up (p99 {_time(step.point.p99_s)} after {step.seconds:.0f} s"
    if search.request_timeout_s is None:
        return f"{told})"
    first_s = search.request_timeout_s / step.growth.per_s
    return f"{told}; the first H12 after some {_rate(first_s)} s)"


def _rate(value: float) -> str:
    """Write a number with two digits that count, or all before the point."""
    return f"{value:.0f}" if value >= 10 else f"{value:.2g}"


def _time(seconds: float) -> str:
    return f"{seconds:.1f} s" if seconds >= 1 else f"{seconds * 1000:.0f} ms"
