"""The app on this machine: services, release phase, boot, router, traffic, restart, shutdown."""

import asyncio
import os
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack, ExitStack, asynccontextmanager
from pathlib import Path
from typing import Final

from wherry.errors import WherryError
from wherry.rehearse import loading, services
from wherry.rehearse.dyno.folders import Folders
from wherry.rehearse.dyno.formation import App, Formation, Slot, UnknownProcess
from wherry.rehearse.dyno.keeping import Keeping, keeping
from wherry.rehearse.dyno.machine import Machine, survey
from wherry.rehearse.events import BootStep, Event, FileWritten
from wherry.rehearse.record import MOST_FILES
from wherry.rehearse.router.backends import Backend
from wherry.rehearse.router.options import RouterOptions
from wherry.rehearse.router.router import Router
from wherry.rehearse.run import CouldNotRehearse, Run, Stopped
from wherry.rehearse.traffic.ledger import Ledger

WEB: Final = "web"
_HEAD_BYTES: Final = 16
_SETTLE_S: Final = 3.0
_SETTLE_STEP_S: Final = 0.25
_STILL: Final = 4
_MORE_LOOKS: Final = 3
_STILL_RATIO: Final = 1.01
# Dynos have a /tmp of their own: what they share with this machine has to lie elsewhere.
_SHARED: Final = Path("/var/tmp")  # noqa: S108


async def stage(run: Run) -> None:
    """Run the app, from the release phase to its end.

    Raises:
        Stopped: the platform would go no further.
        CouldNotRehearse: this machine cannot go on.
    """
    async with AsyncExitStack() as stack:
        try:
            await _stage(run, stack)
        except (CouldNotRehearse, UnknownProcess):
            raise
        except WherryError as problem:
            # A slug that does not unpack, a kernel that refuses, a port in use.
            raise CouldNotRehearse(str(problem)) from None


async def _stage(run: Run, stack: AsyncExitStack) -> None:
    machine = await survey()
    for about, text in machine.notes:
        run.remark(about, text)
    parent = _SHARED if _SHARED.is_dir() else None
    place = await stack.enter_async_context(keeping(machine, parent))
    _lend(run, place, stack)
    formation = await stack.enter_async_context(_formation(run, machine, place))
    _say_cpus(run)
    try:
        await _release(run, formation)
        await _serve(run, formation, place)
    finally:
        # What was written is told whatever else happened, and before the trees are gone.
        await _keep_written(run, formation)


def _lend(run: Run, place: Keeping, stack: AsyncExitStack) -> None:
    variables = dict(run.options.config_vars)
    if not run.options.allow_remote:
        try:
            services.refuse_remote(variables, run.project)
        except services.RemoteService as problem:
            raise CouldNotRehearse(str(problem)) from None
    folder = place.work / "services"
    folder.mkdir(mode=0o755)
    servers = stack.enter_context(ExitStack())
    lent = services.lend(
        run.project,
        variables,
        folder,
        stack=servers,
        installed=lambda name: name in run.packages,
    )
    run.secrets.add(lent.variables)
    run.variables = variables | dict(lent.variables)
    for text in lent.said:
        run.remark("services", text)


@asynccontextmanager
async def _formation(run: Run, machine: Machine, place: Keeping) -> AsyncIterator[Formation]:
    if run.slug is None:
        raise CouldNotRehearse("There is no slug to run.")
    app = App(
        slug=run.slug.path,
        process_types=run.commands,
        slug_vars=run.slug.config_vars,
        config_vars=run.variables,
        cpus=run.options.cpu,
    )
    formation = Formation(app, run.limits, machine, place, run.emit)
    try:
        yield formation
    finally:
        await formation.close()


async def _release(run: Run, formation: Formation) -> None:
    command = run.commands.get("release")
    if command is None:
        return
    with run.step("release", command):
        ending = await formation.release()
        if ending is not None and ending.status != 0:
            raise Stopped("release", f"the release command ended with status {ending.status}")


async def _serve(run: Run, formation: Formation, place: Keeping) -> None:
    ledger = Ledger()

    def tell(event: Event) -> None:
        ledger(event)
        run.emit(event)

    router = Router(
        run.limits,
        lambda: [Backend(one.dyno, one.host, one.port, one.state) for one in formation.web_dynos()],
        tell,
        RouterOptions(legacy=run.options.legacy_router),
    )
    port = await router.start()
    try:
        await _boot(run, formation, port)
        if run.options.only != "boot":
            await loading.load(run, formation, port, ledger)
            await _see_that_it_lives(run, formation.slots[f"{WEB}.1"], port)
        await _keep_heads(run, formation, place)
        with run.step("shutdown"):
            await formation.stop()
    finally:
        await router.stop()


async def _boot(run: Run, formation: Formation, port: int) -> None:
    types = (WEB, *run.options.processes)
    with run.step("boot", run.commands.get(WEB, "")):
        if WEB not in run.commands:
            # What visitors meet is H14.
            await loading.knock(run, port)
            run.booted = False
            raise Stopped("boot", "nothing says how to start a web process")
        await formation.start(tuple(dict.fromkeys(types)))
        slot = formation.slots[f"{WEB}.1"]
        await _settle(run, slot)
        run.booted = slot.state == "up"
        if not run.booted:
            await loading.knock(run, port)
            raise Stopped("boot", _words(slot))


async def _see_that_it_lives(run: Run, slot: Slot, port: int) -> None:
    """Look again where nothing was answered: on a busy machine what binds early crashes late."""
    for _ in range(_MORE_LOOKS):
        if not slot.endings or slot.gave_up or run.record.first_answers:
            break
        await loading.knock(run, port)
        await _settle(run, slot)
    if slot.gave_up and not run.record.first_answers:
        run.booted = False
        raise Stopped("boot", _words(slot))


async def _settle(run: Run, slot: Slot) -> None:
    """Wait a moment until its memory stands still: servers bind before they load the app.

    What crashes meanwhile has not booted, although its port was bound: the second crash is waited
    for, or the start that goes well.
    """
    until = _clock() + _SETTLE_S
    crashes = len(slot.endings)
    held: list[int] = []
    while _clock() < until and not slot.gave_up:
        await asyncio.sleep(_SETTLE_STEP_S)
        if slot.state != "up" or len(slot.endings) != crashes:
            crashes, held = len(slot.endings), []
            until = _clock() + (run.limits.boot_timeout_s or 0) + _SETTLE_S
            continue
        sample = None if slot.dyno is None else slot.dyno.memory
        held.append(0 if sample is None else sample.total_bytes)
        last = held[-_STILL:]
        if len(last) == _STILL and last[0] and max(last) <= last[0] * _STILL_RATIO:
            break
    launched = [
        step for step in run.record.boots if step.dyno == slot.name and step.name == "launched"
    ]
    if launched and slot.state == "up":
        now = time.time()
        run.emit(BootStep(now, slot.name, "memory settled", now - launched[-1].at))


def _clock() -> float:
    return asyncio.get_running_loop().time()


def _words(slot: Slot) -> str:
    """Return how the web process ended, for want of a better reason."""
    if not slot.endings:
        return "the web process did not come up"
    last = slot.endings[-1]
    why = f" ({last.reason})" if last.reason else ""
    return f"the web process ended with status {last.status}{why}, twice"


async def _keep_written(run: Run, formation: Formation) -> None:
    for event in (await formation.written())[-MOST_FILES:]:
        run.emit(event)


async def _keep_heads(run: Run, formation: Formation, place: Keeping) -> None:
    """Read the first bytes of what was written, which tell a database by its content."""
    written = await formation.written()
    await asyncio.to_thread(_read_heads, run, formation, place, written)


def _read_heads(
    run: Run, formation: Formation, place: Keeping, written: Sequence[FileWritten]
) -> None:
    for event in written[-MOST_FILES:]:
        slot = formation.slots.get(event.dyno)
        if slot is None or event.kind == "removed":
            continue
        path = Folders(place.work / f"{slot.name}-{slot.lives}").app / event.path
        if path.is_symlink() or not path.is_file():
            continue
        try:
            with path.open("rb") as file:
                run.heads[event.dyno, event.path] = file.read(_HEAD_BYTES)
        except OSError:
            continue


def _say_cpus(run: Run) -> None:
    seen, here = run.limits.visible_cpus, _cpus()
    share = run.options.cpu
    if share is not None:
        run.remark("cpus", f"Each dyno is held to {share:g} of this machine's {here} CPUs.")
    elif run.limits.shared:
        run.remark(
            "cpus",
            f"No share of the CPU is set: boot times and throughput are those of this machine "
            f"with its {here} CPUs (--cpu sets one).",
        )
    if seen is not None and seen > here and seen >= 1:
        run.remark(
            "cpus",
            f"The platform shows {seen:g} CPUs and this machine has {here}: numbers of threads "
            "that a library takes from the number of CPUs are larger there.",
        )


def _cpus() -> int:
    if hasattr(os, "sched_getaffinity"):  # Linux's
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1
