"""More requests than a server can answer: what it still answers in time, and what of the rest.

Requests leave at their times whether or not earlier ones were answered. The server has one core
and the generator the other one, so that neither slows the other down.
"""

import asyncio
import os
import time
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from http.client import HTTPConnection, HTTPException
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Final

from benchmarks.load.running import meanwhile
from benchmarks.serving import wires
from benchmarks.serving.catalogue import PEERS, Peer, Plan, Start, variables
from benchmarks.serving.environments import KEPT, WHERRY, environment
from benchmarks.serving.load import load
from benchmarks.serving.processes import (
    Question,
    Server,
    ServerFailed,
    ask,
    cpu_s,
    descendants,
    free_port,
    running,
)
from benchmarks.serving.works import Work, prepare
from wherry.rehearse.traffic.job import Outcome
from wherry.rehearse.traffic.ledger import Ledger
from wherry.rehearse.traffic.measures import percentile
from wherry.rehearse.traffic.planned import Plan as Requests
from wherry.rehearse.traffic.planned import PlannedRequest
from wherry.rehearse.traffic.sending import Postman

FACTORS: Final = (0.5, 1.0, 2.0, 5.0)
CONNECTIONS: Final = (16, 64, 256)
DEADLINE_S: Final = 2.0
# So long a request is waited for, as the router waits.
GIVE_UP_S: Final = 30.0
STARTS_WITHIN_S: Final = 60.0
CAPACITY_S: Final = 6.0
WINDOWS: Final = 6
SERVER_CORE, GENERATOR_CORE = 0, 1
REFUSALS: Final = 500
_PAGE_EVERY_S: Final = 0.1
_REFUSED: Final = (503, 504, 429)


def _dirty(start: Start) -> list[str]:
    return [
        *(str(start.environment.bin / "gunicorn"), "--bind", f"127.0.0.1:{start.port}"),
        *("--workers", "1", "--threads", "8", "--timeout", "60", "--log-level", "warning"),
        *("--dirty-app", "dirty_model:Model", "--dirty-workers", "1", "--no-control-socket"),
        "dirty_site:application",
    ]


_DIRTY: Final = Peer(
    name="dirty",
    title="gunicorn's dirty workers, 1 worker of 8 threads",
    environment="django",
    wire=wires.PLAIN,
    command=_dirty,
)
# Another page of the same server, which must not wait for the model.
PAGES: Final = {"wherry": "/page", "dirty": "/page", "litserve": "/health", "bentoml": "/livez"}
_BY_NAME: Final = {peer.name: peer for peer in (*PEERS, _DIRTY)}
NAMES: Final = tuple(PAGES)
OURS: Final = "wherry"
WORKS: Final = ("digits", "mobilenet", "slow")


@dataclass(frozen=True, slots=True)
class Run:
    """What came of one rate.

    Attributes:
        factor: Of the capacity; 0 where clients ask one after another instead.
        in_time: Right answers within the deadline, a second.
        admitted_p99_s: Of the answers with status 200.
        refused_p99_s: Of those that were told to come back.
        unanswered: Requests without an answer when they were given up.
        page_p99_s: Of another page of the same server meanwhile.
        lag_p99_s: By how much the generator itself was late.
    """

    factor: float
    rate: float
    sent: int
    in_time: float
    admitted_p99_s: float
    refused: int
    refused_p99_s: float
    others: Mapping[str, int]
    unanswered: int
    page_p99_s: float
    lag_p99_s: float


def work_named(name: str) -> Work:
    """Return a work; ``slow`` is Basic Pitch with several windows in one request."""
    if name != "slow":
        return prepare(name)
    one = prepare("basicpitch")
    folder = KEPT / "works" / "slow"
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "input.bin").write_bytes(one.input_file.read_bytes() * WINDOWS)
    return replace(
        one,
        name="slow",
        title=f"Basic Pitch, {WINDOWS} windows of 43,844 float32 samples as a binary tensor",
        shape=(WINDOWS, *one.shape[1:]),
        folder=folder,
    )


def measure(peer_name: str, work: Work, seconds: float) -> dict[str, Any]:
    """Start a peer, find its capacity, and ask for more than that."""
    peer = _BY_NAME[peer_name]
    os.sched_setaffinity(0, {GENERATOR_CORE})
    with TemporaryDirectory(prefix="wherry-load-") as name:
        start = Start(environment(peer.environment), Path(name), free_port(), work, Plan(1, 1))
        log = KEPT / "logs" / f"load-{work.name}-{peer.name}.txt"
        log.parent.mkdir(parents=True, exist_ok=True)
        command = ["taskset", "--cpu-list", str(SERVER_CORE), *peer.command(start)]
        with running(command, variables(peer, start), Path(name), log) as server:
            question = _question(peer, work)
            server.first_answer(question, lambda _: None, STARTS_WITHIN_S)
            _warm(server, question)
            return {
                "title": peer.title,
                **_overloaded(server, peer, work, question, seconds),
            }


def _question(peer: Peer, work: Work) -> Question:
    question = peer.wire.question(work)
    if peer.environment != WHERRY:
        return question
    header = {"X-Request-Timeout-Ms": f"{DEADLINE_S * 1000:.0f}"}
    return replace(question, headers={**question.headers, **header})


def _warm(server: Server, question: Question) -> None:
    """Let it learn how long a run takes, and judge batching, before it is measured."""
    until = time.monotonic() + 5
    while time.monotonic() < until:
        server.settled_answer(question, lambda _: None, STARTS_WITHIN_S)


def _overloaded(
    server: Server, peer: Peer, work: Work, question: Question, seconds: float
) -> dict[str, Any]:
    with TemporaryDirectory(prefix="wherry-body-") as name:
        body = Path(name) / "body"
        body.write_bytes(question.body)
        capacity = load(server.port, question, body, 4, CAPACITY_S).requests_per_s
        if work.json:
            runs = [
                _closed(server, peer, question, body, clients, seconds) for clients in CONNECTIONS
            ]
        else:
            runs = [
                asyncio.run(_open(server.port, peer, question, factor, capacity, seconds))
                for factor in FACTORS
            ]
    known = peer.environment == WHERRY and not work.json
    cost_s = _refusal_cpu_s(server, question) if known else 0.0
    return {"capacity_per_s": capacity, "refusal_cpu_s": cost_s, "runs": runs}


def _refusal_cpu_s(server: Server, question: Question) -> float:
    """Return what it costs the server's core to refuse a request with too little time."""
    hurried = replace(question, headers={**question.headers, "X-Request-Timeout-Ms": "1"})
    began = _cpu_s()
    for _ in range(REFUSALS):
        answer = ask(server.port, hurried, timeout_s=GIVE_UP_S)
        if answer.status not in _REFUSED:
            raise ServerFailed(f"a request without time was answered {answer.status}")
    return (_cpu_s() - began) / REFUSALS


def _cpu_s() -> float:
    """Return the processor time of all the server's processes so far."""
    return cpu_s(descendants(os.getpid()))


def _closed(
    server: Server, peer: Peer, question: Question, body: Path, clients: int, seconds: float
) -> dict[str, Any]:
    """Ask over so many connections: no generator in Python outruns a model of microseconds."""
    visitor = _Visitor(server.port, PAGES[peer.name])
    with meanwhile(visitor.look, _PAGE_EVERY_S):
        seen = load(server.port, question, body, clients, seconds)
    return {
        "clients": clients,
        "in_time": seen.requests_per_s,
        "p99_s": seen.p99_ms / 1e3,
        "refused": seen.failed,
        "unanswered": seen.socket_errors,
        "page_p99_s": visitor.p99_s,
    }


async def _open(
    port: int, peer: Peer, question: Question, factor: float, capacity: float, seconds: float
) -> dict[str, Any]:
    request = PlannedRequest("POST", question.path, tuple(question.headers.items()), question.body)
    requests = Requests((request,), "this benchmark", host="127.0.0.1")
    postman = Postman(plan=requests, port=port, ledger=Ledger(), timeout_s=GIVE_UP_S)
    rate = factor * capacity
    visitor = _Visitor(port, PAGES[peer.name])
    with meanwhile(visitor.look, _PAGE_EVERY_S):
        sent = await postman.at_rate(rate, seconds)
    return _judged(sent.outcomes, factor, rate, seconds, visitor.p99_s)


def _judged(
    outcomes: Sequence[Outcome], factor: float, rate: float, seconds: float, page_p99_s: float
) -> dict[str, Any]:
    answered = [one.latency_s for one in outcomes if one.status == 200]
    refused = [one.latency_s for one in outcomes if one.status in _REFUSED]
    others = Counter(one.error or str(one.status) for one in outcomes if _is_other(one))
    run = Run(
        factor=factor,
        rate=rate,
        sent=len(outcomes),
        in_time=sum(latency <= DEADLINE_S for latency in answered) / seconds,
        admitted_p99_s=percentile(answered, 0.99),
        refused=len(refused),
        refused_p99_s=percentile(refused, 0.99),
        others=dict(others.most_common(5)),
        unanswered=sum(one.status == 0 for one in outcomes),
        page_p99_s=page_p99_s,
        lag_p99_s=percentile([one.lag_s for one in outcomes], 0.99),
    )
    return {name: getattr(run, name) for name in Run.__slots__}


def _is_other(outcome: Outcome) -> bool:
    return outcome.status != 200 and outcome.status not in _REFUSED


class _Visitor:
    """Looks at another page of the site."""

    def __init__(self, port: int, path: str) -> None:
        self._port, self._path = port, path
        self._took: list[float] = []

    @property
    def p99_s(self) -> float:
        """The time that all but one page in a hundred took."""
        return percentile(self._took, 0.99)

    def look(self) -> None:
        """Ask for the page once, on a connection of its own."""
        began = time.monotonic()
        connection = HTTPConnection("127.0.0.1", self._port, timeout=GIVE_UP_S)
        try:
            connection.request("GET", self._path)
            connection.getresponse().read()
        except (OSError, HTTPException):
            self._took.append(GIVE_UP_S)
        else:
            self._took.append(time.monotonic() - began)
        finally:
            connection.close()
