"""What a restart costs those who ask meanwhile."""

from dataclasses import dataclass

from wherry.rehearse.rehearsal import RestartLoss
from wherry.rehearse.traffic.sending import Sent


@dataclass(frozen=True, slots=True)
class Window:
    """When a restart was, in seconds since the sending's first request was due."""

    begun_s: float
    ended_s: float


def count_loss(sent: Sent, window: Window) -> RestartLoss:
    """Return what became of the requests that were due while a dyno was restarted.

    A request that was under way when the restart began is one of them: it is what the app's own
    end may cut off.
    """
    before = [one for one in sent.outcomes if one.due_s + one.latency_s <= window.begun_s]
    during = [
        one
        for one in sent.outcomes
        if one.due_s <= window.ended_s and one.due_s + one.latency_s > window.begun_s
    ]
    usual_s = max((one.latency_s for one in before if sent.good(one)), default=0.0)
    good = [one for one in during if sent.good(one)]
    return RestartLoss(
        seconds=window.ended_s - window.begun_s,
        requests=len(during),
        lost=len(during) - len(good),
        late=sum(one.latency_s > usual_s for one in good),
    )
