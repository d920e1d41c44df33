"""Situations to judge: what happened, with its log read as ``wherry explain`` does."""

from collections.abc import Iterable, Mapping

from wherry.explain.explain import explain_chunks
from wherry.findings import Finding
from wherry.platforms import hosts
from wherry.rehearse.events import Event, LogLine, MemorySample, RequestServed
from wherry.rehearse.judging.judge import judge
from wherry.rehearse.judging.situation import Situation
from wherry.rehearse.overlay import limits_of
from wherry.rehearse.record import Record
from wherry.rehearse.rehearsal import Vanished

AT = 1767225600.0
MIB = 1024 * 1024


def web(at: float, message: str) -> LogLine:
    """A line of the app's."""
    return LogLine(AT + at, "app", "web.1", message)


def platform(at: float, message: str, dyno: str = "web.1") -> LogLine:
    """A line of the platform's."""
    return LogLine(AT + at, "heroku", dyno, message)


def sample(at: float, mib: float, dyno: str = "web.1") -> MemorySample:
    """A dyno's memory."""
    return MemorySample(AT + at, dyno, int(mib * MIB), processes=3, threads=20)


def served(
    at: float, path: str = "/", status: int = 200, seconds: float = 0.01, code: str = ""
) -> list[Event]:
    """A request with its line."""
    level = f'at=error code={code} desc="x"' if code else "at=info"
    line = f'{level} method=GET path="{path}" dyno=web.1 service={seconds * 1000:.0f}ms'
    return [
        platform(at, f"{line} status={status} bytes=0", "router"),
        RequestServed(AT + at, "GET", path, status, seconds, dyno="web.1", code=code),
    ]


def judged(
    events: Iterable[Event],
    *,
    failed: str = "",
    booted: bool | None = True,
    known: Iterable[Finding] = (),
    suspects: tuple[Finding, ...] = (),
    commands: Mapping[str, str] | None = None,
    vanished: tuple[Vanished, ...] = (),
    traffic_at: float | None = 10.0,
    platform_name: str = "heroku:basic",
) -> tuple[Finding, ...]:
    """Return what a rehearsal of these events finds."""
    record = Record()
    for event in events:
        record(event)
    told = explain_chunks(["".join(f"{line}\n" for line in record.judged_lines()).encode()])
    situation = Situation(
        record=record,
        limits=limits_of(hosts.get(platform_name)),
        target=hosts.get(platform_name),
        told=told.findings,
        outside=told.outside,
        suspect=lambda: suspects,
        commands=commands or {"web": "gunicorn site.wsgi"},
        vanished=vanished,
        first_traffic_at=None if traffic_at is None else AT + traffic_at,
    )
    return judge(situation, known=known, failed=failed, booted=booted)


def names(findings: Iterable[Finding]) -> list[str]:
    """Return the causes' names."""
    return [finding.cause.name for finding in findings]
