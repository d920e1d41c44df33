"""What a sending's outcomes come to: percentiles, rates, and whether requests pile up."""

import math
import statistics
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from wherry.rehearse.rehearsal import LoadPoint, RequestKind
from wherry.rehearse.traffic.job import Outcome
from wherry.rehearse.traffic.sending import Sent

_THIRDS = 3


def percentile(values: Sequence[float], share: float) -> float:
    """Return the smallest value that so large a share of all is not above; 0 of none."""
    if not values:
        return 0.0
    ordered = sorted(values)
    return ordered[max(math.ceil(share * len(ordered)) - 1, 0)]


def load_point(sent: Sent) -> LoadPoint:
    """Return what a rate met."""
    latencies = [outcome.latency_s for outcome in sent.outcomes]
    good = [outcome for outcome in sent.outcomes if sent.good(outcome)]
    lasted_s = max((outcome.due_s + outcome.latency_s for outcome in sent.outcomes), default=0.0)
    # The last request's turn is over one interval after it was due, answered or not.
    lasted_s = max(lasted_s, len(sent.outcomes) / sent.rate if sent.rate else 0.0)
    return LoadPoint(
        rate=sent.rate,
        done=len(good) / lasted_s if lasted_s else 0.0,
        p50_s=percentile(latencies, 0.50),
        p95_s=percentile(latencies, 0.95),
        p99_s=percentile(latencies, 0.99),
        failed=len(sent.outcomes) - len(good),
        codes=dict(Counter(sent.codes.values())),
    )


def request_kinds(sent: Sequence[Sent]) -> tuple[RequestKind, ...]:
    """Return what each kind of request met, in the order in which they were first sent."""
    outcomes: dict[str, list[Outcome]] = {}
    codes: dict[str, list[str]] = {}
    for each in sent:
        for outcome in each.outcomes:
            name = each.requests[outcome.kind].name
            outcomes.setdefault(name, []).append(outcome)
            if outcome.number in each.codes:
                codes.setdefault(name, []).append(each.codes[outcome.number])
    return tuple(_kind(name, found, codes.get(name, ())) for name, found in outcomes.items())


def _kind(name: str, outcomes: Sequence[Outcome], codes: Sequence[str]) -> RequestKind:
    method, _, path = name.partition(" ")
    latencies = [outcome.latency_s for outcome in outcomes]
    return RequestKind(
        method=method,
        path=path,
        count=len(outcomes),
        statuses=dict(Counter(outcome.status for outcome in outcomes)),
        codes=dict(Counter(codes)),
        p50_s=percentile(latencies, 0.50),
        p95_s=percentile(latencies, 0.95),
        p99_s=percentile(latencies, 0.99),
        max_s=max(latencies),
    )


@dataclass(frozen=True, slots=True)
class Growth:
    """How latencies changed while the rate stayed the same.

    Attributes:
        grown_s: How much longer the last third took than the first, at the median.
        per_s: The same for each second of sending: by so much the queue outgrows the app.
    """

    grown_s: float
    per_s: float


def growth(sent: Sent) -> Growth:
    """Return how latencies grew: at a rate that the app holds, they do not."""
    third = len(sent.outcomes) // _THIRDS
    if third == 0:
        return Growth(0.0, 0.0)
    first, last = sent.outcomes[:third], sent.outcomes[-third:]
    grown = _median(last) - _median(first)
    apart = statistics.mean(one.due_s for one in last) - statistics.mean(one.due_s for one in first)
    return Growth(grown, grown / apart if apart > 0 else 0.0)


def _median(outcomes: Sequence[Outcome]) -> float:
    return statistics.median(outcome.latency_s for outcome in outcomes)


def lag_s(sent: Sent) -> float:
    """Return by how much the sending itself was late, for all but one in a hundred."""
    return percentile([outcome.lag_s for outcome in sent.outcomes], 0.99)
