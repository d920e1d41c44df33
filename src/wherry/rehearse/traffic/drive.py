"""All that is sent in a rehearsal: each request alone, a rate, a restart, the limit."""

import asyncio
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field, replace
from typing import Final

from wherry.rehearse.overlay import Limits
from wherry.rehearse.rehearsal import LoadPoint, RequestKind, RestartLoss
from wherry.rehearse.traffic import limit
from wherry.rehearse.traffic.ledger import Ledger
from wherry.rehearse.traffic.measures import lag_s, load_point, request_kinds
from wherry.rehearse.traffic.planned import Plan
from wherry.rehearse.traffic.restart import Window, count_loss
from wherry.rehearse.traffic.sending import Postman, Sent, Watch

# The first answer of a worker pays for what it loads; the later ones show what is usual.
_ROUNDS: Final = 3
_ALONE_S: Final = 120.0
_SECONDS: Final = 10.0
_LEAD_S: Final = 3.0  # what is usual, before a restart begins
_AFTER_S: Final = 2.0
_LONGEST_RESTART_S: Final = 600.0
_RESTART_RATE: Final = 20.0
_LIMIT_S: Final = 120.0
_SETTLE_TIMES: Final = 3.0
_SETTLE_S: Final = 60.0
_SETTLE_PAUSE_S: Final = 1.0
_OWN_LAG_S: Final = 0.05
# Beyond the router's own times, which end every request, nothing is waited for.
_SPARE_S: Final = 30.0
_LONGEST_ANSWER_S: Final = 300.0

type Restart = Callable[[], Awaitable[object]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """What is to be sent.

    Attributes:
        rate: Requests a second; None to send each request alone, and to restart at a low rate.
        seconds: How long the rate is held; None for a short while.
        find_limit: Whether the rate rises until something gives.
        restart: Does a restart, and returns when the app is up again; None for none.
    """

    rate: float | None = None
    seconds: float | None = None
    find_limit: bool = False
    restart: Restart | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Driven:
    """What came of it.

    Attributes:
        kinds: What each kind of request met, alone and at the rate that was asked for.
        points: Every rate that was tried.
        limit: What the dyno holds, in a sentence; "" where it was not asked for.
        remarks: What a reader must know of how it was measured.
    """

    seconds: float
    kinds: tuple[RequestKind, ...]
    points: tuple[LoadPoint, ...] = ()
    limit: str = ""
    restart: RestartLoss | None = None
    remarks: tuple[str, ...] = ()


async def drive(
    plan: Plan,
    *,
    port: int,
    limits: Limits,
    ledger: Ledger,
    wanted: Wanted,
    watch: Watch | None = None,
) -> Driven:
    """Send a plan's requests to the router.

    Args:
        plan: At least one request.
        port: The router's, on this machine.
        limits: The platform's times.
        ledger: A sink that hears the router's events from before the first request on.
        wanted: What is to be sent.
        watch: Is told of every answer as it comes.

    Raises:
        SendingBroke: the process that sends did not come to a good end.
    """
    begun = time.monotonic()
    postman = Postman(plan=plan, port=port, ledger=ledger, timeout_s=_timeout_s(limits))
    drive = _Drive(postman, limits, wanted, watch)
    await drive.all()
    return Driven(
        seconds=time.monotonic() - begun,
        kinds=request_kinds([*drive.alone, *drive.steady]),
        points=tuple(drive.points),
        limit=drive.told,
        restart=drive.loss,
        remarks=tuple(drive.remarks()),
    )


@dataclass(slots=True)
class _Drive:
    """A drive under way.

    Attributes:
        alone: Requests sent one after the other.
        steady: Those of the rate that was asked for.
        rising: Those of the search for the limit, which say nothing of a usual day.
    """

    postman: Postman
    limits: Limits
    wanted: Wanted
    watch: Watch | None
    alone: list[Sent] = field(default_factory=list)
    steady: list[Sent] = field(default_factory=list)
    rising: list[Sent] = field(default_factory=list)
    points: list[LoadPoint] = field(default_factory=list)
    loss: RestartLoss | None = None
    told: str = ""
    base_s: float = 0.0
    left_out: tuple[str, ...] = ()

    async def all(self) -> None:
        """Send everything that is wanted; nothing more where no request is answered well."""
        await self._send_alone()
        if not self.postman.plan.requests:
            return
        wanted = self.wanted
        if wanted.rate is not None:
            seconds = wanted.seconds or _SECONDS
            self.steady.append(await self.postman.at_rate(wanted.rate, seconds, self.watch))
            self.points.append(load_point(self.steady[-1]))
        if wanted.restart is not None:
            rate = wanted.rate or min(0.5 / max(self.base_s, 1e-6), _RESTART_RATE)
            self.loss = await restart_under_load(self.postman, rate, wanted.restart)
        if wanted.find_limit:
            search = await self._search()
            self.points += search.points
            self.told = limit.sentence(search, self.postman.plan.noun)

    def remarks(self) -> list[str]:
        """Return what a reader must know of how it was measured."""
        told = []
        if self.left_out:
            told.append(
                f"Sent alone only, since it was not answered well: {', '.join(self.left_out)}."
            )
        late_s = max(map(lag_s, (*self.steady, *self.rising)), default=0.0)
        if late_s > _OWN_LAG_S:
            told.append(
                f"The requests themselves were sent up to {late_s * 1000:.0f} ms late: this"
                " machine was too busy, and the latencies count that."
            )
        return told

    async def _send_alone(self) -> None:
        """Send each request by itself; what fails so is left out of what follows."""
        first = await self.postman.one_by_one(1, _ALONE_S, self.watch)
        self.alone.append(first)
        good = {outcome.kind for outcome in first.outcomes if first.good(outcome)}
        if good:
            again = await self.postman.one_by_one(_ROUNDS - 1, _ALONE_S, self.watch)
            self.alone.append(again)
            good = {outcome.kind for outcome in again.outcomes if again.good(outcome)}
            self.base_s = _usual_s(again, frozenset(good))
        plan = self.postman.plan
        self.left_out = tuple(
            dict.fromkeys(
                request.name for kind, request in enumerate(plan.requests) if kind not in good
            )
        )
        kept = tuple(plan.requests[kind] for kind in sorted(good))
        self.postman = replace(self.postman, plan=replace(plan, requests=kept))

    async def _raise(self, rate: float, seconds: float) -> Sent:
        self.rising.append(await self.postman.at_rate(rate, seconds, self.watch))
        return self.rising[-1]

    async def _search(self) -> limit.Search:
        return await limit.find_limit(
            self._raise,
            self._settle,
            base_s=self.base_s,
            request_timeout_s=self.limits.request_timeout_s,
            budget_s=_LIMIT_S,
            clock=time.monotonic,
        )

    async def _settle(self) -> None:
        """Wait until answers come as they did before: an app works on what the router gave up."""
        until = time.monotonic() + _SETTLE_S
        every = frozenset(range(len(self.postman.plan.requests)))
        while time.monotonic() < until:
            again = await self.postman.one_by_one(1, _SETTLE_S)
            if _usual_s(again, every) <= max(_SETTLE_TIMES * self.base_s, _OWN_LAG_S):
                return
            await asyncio.sleep(_SETTLE_PAUSE_S)


async def restart_under_load(postman: Postman, rate: float, restart: Restart) -> RestartLoss:
    """Restart while requests come in, and count what was lost or late.

    Raises:
        SendingBroke: the process that sends did not come to a good end.
    """
    async with postman.sending(rate, _LONGEST_RESTART_S) as sending:
        await sending.begun.wait()
        await asyncio.sleep(_LEAD_S)
        began = time.monotonic()
        try:
            await restart()
        finally:
            ended = time.monotonic()
        await asyncio.sleep(_AFTER_S)
        sending.close()
    window = Window(began - sending.began_s, ended - sending.began_s)
    return count_loss(postman.result(sending), window)


def _usual_s(alone: Sent, kinds: frozenset[int]) -> float:
    """Return how long a request takes that is alone: the mean over its kinds' quickest."""
    quickest: dict[int, float] = {}
    for outcome in alone.outcomes:
        if outcome.kind in kinds:
            before = quickest.get(outcome.kind, outcome.latency_s)
            quickest[outcome.kind] = min(before, outcome.latency_s)
    return sum(quickest.values()) / len(quickest) if quickest else 0.0


def _timeout_s(limits: Limits) -> float:
    times = (limits.boot_queue_s, limits.request_timeout_s, limits.idle_timeout_s)
    if None in times:
        return _LONGEST_ANSWER_S
    return sum(filter(None, times)) + _SPARE_S
