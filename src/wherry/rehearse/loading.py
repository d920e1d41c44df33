"""Requests to the running app: found or given, at a rate, under a restart, up to the limit."""

import asyncio
import time
from contextlib import ExitStack
from dataclasses import replace
from typing import Final

from wherry.project.project import Project
from wherry.rehearse.dyno.formation import WEB, Formation
from wherry.rehearse.record import Aside
from wherry.rehearse.rehearsal import Traffic
from wherry.rehearse.run import Run
from wherry.rehearse.traffic.drive import Driven, Restart, Wanted, drive
from wherry.rehearse.traffic.finding.find import find_requests
from wherry.rehearse.traffic.finding.hosts import allowed_host
from wherry.rehearse.traffic.ledger import Ledger
from wherry.rehearse.traffic.planned import Plan, PlannedRequest

_KNOCK: Final = b"GET / HTTP/1.1\r\nHost: rehearsal.localhost\r\nConnection: close\r\n\r\n"
_KNOCK_S: Final = 10.0


async def knock(run: Run, port: int) -> None:
    """Send one request, so that the log says what visitors meet."""
    try:
        async with asyncio.timeout((run.limits.boot_queue_s or 0) + _KNOCK_S):
            reader, writer = await asyncio.open_connection("127.0.0.1", port)
            writer.write(_KNOCK)
            await reader.read()
            writer.close()
            await writer.wait_closed()
    except (OSError, TimeoutError):
        return


async def load(run: Run, formation: Formation, port: int, ledger: Ledger) -> None:
    """Send traffic, restart under it, and find the limit where that was asked for."""
    plan = _plan(run)
    run.skipped += plan.skipped
    run.first_traffic_at = time.time()
    # The restart comes last. What it holds up is still on its way when it is over, so that it is
    # set aside to the end.
    with run.step("traffic", plan.source), ExitStack() as aside:
        wanted = Wanted(
            rate=run.options.rate,
            seconds=run.options.seconds,
            restart=_restarting(run, formation, aside) if run.options.restart else None,
        )
        driven = await drive(plan, port=port, limits=run.limits, ledger=ledger, wanted=wanted)
        for text in driven.remarks:
            run.remark("traffic", text)
    run.traffic = _traffic(plan, driven)
    if run.options.find_limit:
        with run.step("limit"), run.record.setting_aside(Aside.ALL):
            search = await drive(
                plan,
                port=port,
                limits=run.limits,
                ledger=ledger,
                wanted=Wanted(find_limit=True),
            )
        run.traffic = _traffic(plan, driven, search)


def _restarting(run: Run, formation: Formation, aside: ExitStack) -> Restart:
    async def restart() -> None:
        run.restarted_at = time.time()
        aside.enter_context(run.record.setting_aside(Aside.REQUESTS))
        with run.step("restart"):
            await formation.cycle(f"{WEB}.1")

    return restart


def _plan(run: Run) -> Plan:
    """Return what is sent: what was given, or what is found in the project."""
    project, given = run.project, run.given
    if given is not None:
        return given if project is None else replace(given, host=_host(project, run))
    if project is None:
        return Plan((PlannedRequest("GET", "/", source="a slug alone"),), "the root alone")
    return find_requests(project, run.variables)


def _host(project: Project, run: Run) -> str:
    return allowed_host(project.code, run.variables)


def _traffic(plan: Plan, driven: Driven, search: Driven | None = None) -> Traffic:
    return Traffic(
        source=plan.source,
        seconds=driven.seconds + (0.0 if search is None else search.seconds),
        kinds=tuple(sorted(driven.kinds, key=lambda kind: -kind.p99_s)),
        points=driven.points if search is None else (*driven.points, *search.points),
        limit="" if search is None else search.limit,
        restart=driven.restart,
    )
