"""A web process that did not come up."""

import re
from typing import Final

from wherry.findings import Evidence, Finding, How
from wherry.rehearse.events import PortBound
from wherry.rehearse.judging.situation import Situation, finding, settled

_LOOPBACK: Final = re.compile(r"127\.|::1$|localhost$")
# What the log alone cannot tell from one another; where something listens, and when, can.
_OPEN: Final = frozenset(
    ("port-not-bound", "slow-boot", "worker-declared-as-web", "ipv6-bind-on-fir")
)


def settle(found: Finding, situation: Situation) -> Finding:
    """Settle by what was bound, and when."""
    if found.cause.name == "no-web-process" and "web" not in situation.commands:
        misnamed = situation.suspects.get("procfile-misnamed")
        if misnamed is not None:
            return settled(found, "procfile-misnamed", **misnamed.values)
        return settled(found, "no-web-process")
    if found.cause.name not in _OPEN or not timed_out(situation):
        return found
    elsewhere = _bound_elsewhere(situation)
    if elsewhere is not None:
        name = _name(elsewhere, situation)
        return settled(found, name, *_bound(elsewhere), **_address(elsewhere))
    if found.cause.name == "port-not-bound":
        # The log speaks of an address, and nothing listened there: it came too late.
        return settled(found, "slow-boot", *_waited(situation), **_seconds(situation))
    return settled(found, found.cause.name, *_waited(situation), **_seconds(situation))


def missing(situation: Situation) -> Finding | None:
    """Return what kept the web process from coming up, where the log tells nothing of it."""
    if timed_out(situation):
        where = situation.quoted("Error R10")
        elsewhere = _bound_elsewhere(situation)
        if elsewhere is not None:
            return finding(
                _name(elsewhere, situation),
                where=where,
                evidence=_bound(elsewhere),
                values=_address(elsewhere),
            )
        return finding(
            "slow-boot", where=where, evidence=_waited(situation), values=_seconds(situation)
        )
    return _crashed(situation)


def timed_out(situation: Situation) -> bool:
    """Whether the platform gave up waiting for a bound port."""
    return any(ended.reason == "R10" for ended in situation.record.exits)


def _crashed(situation: Situation) -> Finding | None:
    crashes = [
        ended
        for ended in situation.record.exits
        if ended.dyno.startswith("web") and not ended.reason
    ]
    if not crashes:
        return None
    status = crashes[0].status
    evidence = [Evidence("exit status", status, How.MEASURED)]
    where = (*situation.outside[:1], *situation.quoted("Process exited with status"))
    if status == 0:
        # It did its work and ended: no server does.
        return finding(
            "worker-declared-as-web",
            where=where,
            evidence=evidence,
            values={"command": situation.commands.get("web", "")},
        )
    return finding("application-error", where=where, evidence=evidence)


def _bound_elsewhere(situation: Situation) -> PortBound | None:
    """Return where the web process listens, where that is not what the router reaches."""
    of_web = [port for port in situation.record.ports if port.dyno.startswith("web")]
    if any(_is_reached(port, situation) for port in of_web):
        return None
    return of_web[-1] if of_web else None


def _is_reached(port: PortBound, situation: Situation) -> bool:
    if port.port != port.wanted or _LOOPBACK.match(port.address):
        return False
    return not _is_fir(situation) or ":" in port.address


def _is_fir(situation: Situation) -> bool:
    """Whether the platform's router speaks IPv6 only."""
    return "heroku-fir" in situation.target.families


def _name(port: PortBound, situation: Situation) -> str:
    right = port.port == port.wanted and not _LOOPBACK.match(port.address)
    return "ipv6-bind-on-fir" if right and _is_fir(situation) else "port-not-bound"


def _bound(port: PortBound) -> tuple[Evidence, ...]:
    return (
        Evidence("listens at", f"{port.address or '*'}:{port.port}", How.MEASURED),
        Evidence("$PORT", f"{port.wanted}", How.MEASURED),
    )


def _address(port: PortBound) -> dict[str, str]:
    return {"address": f"{port.address or '*'}:{port.port}", "port": str(port.port)}


def _waited(situation: Situation) -> tuple[Evidence, ...]:
    limit = situation.limits.boot_timeout_s
    if limit is None:
        return ()
    return (Evidence("not bound after", limit, How.MEASURED, unit="s", limit=limit),)


def _seconds(situation: Situation) -> dict[str, str]:
    limit = situation.limits.boot_timeout_s
    return {} if limit is None else {"seconds": f"more than {limit:g} s"}
