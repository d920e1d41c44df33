"""All dynos of an app: release phase, process types, crashes and restarts, the end."""

import asyncio
import random
import socket
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from typing import Final

from wherry.errors import WherryError
from wherry.platforms import hosts
from wherry.rehearse.dyno.dyno import Dyno, Ending
from wherry.rehearse.dyno.keeping import Keeping
from wherry.rehearse.dyno.listening import free_port
from wherry.rehearse.dyno.machine import Machine
from wherry.rehearse.dyno.setting_up import Order
from wherry.rehearse.dyno.slug_store import SlugStore
from wherry.rehearse.dyno.voice import Voice
from wherry.rehearse.events import FileWritten, MemorySample, Sink
from wherry.rehearse.overlay import Limits

WEB: Final = "web"
# The first crash is followed by a restart at once, the second by a wait of up to twenty minutes
# that grows: what crashed twice would crash again.
# Source: https://devcenter.heroku.com/changelog-items/344.
CRASHES: Final = 2
_ONE_OFF: Final = range(1000, 10_000)


class State(StrEnum):
    """What a dyno is in, in the platform's words."""

    STARTING = "starting"
    UP = "up"
    CRASHED = "crashed"
    DOWN = "down"
    COMPLETE = "complete"


class UnknownProcess(WherryError):
    """The app declares no such process type."""


@dataclass(slots=True)
class Slot:
    """A name that dynos run under, one after the other.

    Attributes:
        dyno: The one that runs, or ran last.
        endings: How each one ended that was not asked to.
        settled: Set when it is up, or has crashed too often.
    """

    name: str
    command: str
    dyno: Dyno | None = None
    state: str = ""
    endings: list[Ending] = field(default_factory=list)
    settled: asyncio.Event = field(default_factory=asyncio.Event)
    lives: int = 0
    keeper: asyncio.Task[None] | None = None
    draining: set[asyncio.Task[Ending]] = field(default_factory=set)

    @property
    def gave_up(self) -> bool:
        """Whether it crashed so often that the platform would wait before the next try."""
        return len(self.endings) >= CRASHES


@dataclass(frozen=True, slots=True)
class WebDyno:
    """Where the router finds a web dyno."""

    dyno: str
    host: str
    port: int
    state: str


@dataclass(frozen=True, slots=True, kw_only=True)
class App:
    """What the dynos run.

    Attributes:
        slug: The archive.
        process_types: Commands by name: ``{"web": "gunicorn site.wsgi"}``.
        slug_vars: What the buildpacks set unless it is set.
        config_vars: The app's own.
        cpus: CPUs' worth of time for each dyno; None for the platform's way.
        visible: Folders of this machine that the dynos see where they are, beside the system's:
            an interpreter that is not in the slug.
        runtime_metrics: Whether the log tells memory and load, as with log-runtime-metrics.
    """

    slug: Path
    process_types: Mapping[str, str]
    slug_vars: Mapping[str, str] = field(default_factory=dict)
    config_vars: Mapping[str, str] = field(default_factory=dict)
    cpus: float | None = None
    visible: tuple[Path, ...] = ()
    runtime_metrics: bool = False


class Formation:
    """The dynos of one release, on this machine."""

    def __init__(
        self, app: App, limits: Limits, machine: Machine, keeping: Keeping, sink: Sink
    ) -> None:
        self.app = app
        self.limits = limits
        self.machine = machine
        self.slots: dict[str, Slot] = {}
        self._keeping = keeping
        self._store = SlugStore(app.slug, keeping.work, machine)
        self._sink = sink
        self._retired: list[Dyno] = []
        self._peaks: dict[str, MemorySample] = {}
        self._written: list[FileWritten] = []

    async def release(self) -> Ending | None:
        """Run the release phase; None where the app has none. A status but 0 stops the release."""
        command = self.app.process_types.get("release")
        if command is None:
            return None
        return await self.run("release", command, timeout_s=self.limits.release_timeout_s)

    async def run(self, kind: str, command: str, *, timeout_s: float | None = None) -> Ending:
        """Run a command in a one-off dyno, ``run.1234``, to its end."""
        slot = Slot(f"{kind}.{random.choice(_ONE_OFF)}", command)  # noqa: S311
        dyno = self._make(slot)
        try:
            self._change(slot, State.STARTING)
            await dyno.start()
            self._change(slot, State.UP)
            try:
                ending = await asyncio.wait_for(dyno.wait_ended(), timeout_s)
            except TimeoutError:
                ending = await dyno.stop()
            self._change(slot, State.COMPLETE if ending.status == 0 else State.CRASHED)
            return ending
        finally:
            await self._retire(dyno)

    async def start(self, types: Sequence[str] = (WEB,)) -> None:
        """Start a dyno of each type, and wait until each is up or has crashed too often.

        Raises:
            UnknownProcess: the app has no such type.
        """
        for kind in types:
            if kind not in self.app.process_types:
                known = ", ".join(self.app.process_types) or "none"
                raise UnknownProcess(
                    f"The app declares no process type {kind!r}; it declares: {known}."
                )
        slots = []
        for kind in types:
            slot = Slot(f"{kind}.1", self.app.process_types[kind])
            self.slots[slot.name] = slot
            slot.keeper = asyncio.create_task(self._keep(slot))
            slots.append(slot)
        await self._wait_settled(slots)

    def web_dynos(self) -> list[WebDyno]:
        """Return the web dynos as the router is to see them."""
        return [
            WebDyno(slot.name, _host(slot.dyno), slot.dyno.order.port or 0, slot.state)
            for slot in self.slots.values()
            if slot.dyno is not None and slot.dyno.order.port is not None
        ]

    async def cycle(self, name: str = f"{WEB}.1") -> None:
        """Restart a dyno as every day: a new one starts while the old one drains.

        Returns when the new one is up, or has crashed too often, and the old one is gone.
        """
        slot = self.slots[name]
        old = slot.dyno
        Voice(slot.name, self.limits, self._sink).say("Cycling")
        await self._stop_keeping(slot)
        slot.settled.clear()
        self._change(slot, State.STARTING)
        if old is not None:
            draining = asyncio.create_task(self._drain(old))
            slot.draining.add(draining)
            draining.add_done_callback(slot.draining.discard)
        slot.keeper = asyncio.create_task(self._keep(slot))
        await self._wait_settled([slot])
        if slot.draining:
            await asyncio.wait(slot.draining)

    async def idle(self, name: str = f"{WEB}.1") -> None:
        """Put a dyno to sleep, as after half an hour without a request."""
        slot = self.slots[name]
        Voice(slot.name, self.limits, self._sink).say("Idling")
        await self._stop_keeping(slot)
        self._change(slot, State.DOWN)
        if slot.dyno is not None:
            await self._drain(slot.dyno)
            slot.dyno = None

    async def wake(self, name: str = f"{WEB}.1") -> None:
        """Start a sleeping dyno, as at its next request."""
        slot = self.slots[name]
        Voice(slot.name, self.limits, self._sink).say("Unidling")
        slot.settled.clear()
        slot.keeper = asyncio.create_task(self._keep(slot))
        await self._wait_settled([slot])

    async def stop(self) -> None:
        """End every dyno as a new release would, all at once."""
        for slot in self.slots.values():
            await self._stop_keeping(slot)
        ending = [
            asyncio.create_task(self._drain(slot.dyno))
            for slot in self.slots.values()
            if slot.dyno is not None
        ]
        ending += [task for slot in self.slots.values() for task in slot.draining]
        if ending:
            await asyncio.gather(*ending)
        for slot in self.slots.values():
            slot.dyno = None
            slot.state = State.DOWN

    async def close(self) -> None:
        """Kill and clear away whatever is left; for every way out, Ctrl-C among them."""
        for slot in self.slots.values():
            await self._stop_keeping(slot)
            for task in slot.draining:
                task.cancel()
            if slot.dyno is not None:
                await slot.dyno.close()
        for dyno in self._retired:
            await dyno.close()

    async def written(self) -> list[FileWritten]:
        """Return what all dynos, also those that are gone, wrote into their trees."""
        found = list(self._written)
        for slot in self.slots.values():
            if slot.dyno is not None:
                found += await slot.dyno.written()
        return found

    def peaks(self) -> dict[str, MemorySample]:
        """Return the sample of each name at which its dyno held most."""
        peaks = dict(self._peaks)
        for slot in self.slots.values():
            if slot.dyno is not None:
                _raise_peak(peaks, slot.dyno)
        return peaks

    async def _keep(self, slot: Slot) -> None:
        """Keep a slot's dyno alive: start it, and again after its first crash."""
        try:
            while True:
                if slot.state != State.STARTING:
                    self._change(slot, State.STARTING)
                dyno = self._make(slot)
                slot.dyno = dyno
                await dyno.start()
                if await dyno.wait_bound():
                    self._change(slot, State.UP)
                    slot.settled.set()
                slot.endings.append(await dyno.wait_ended())
                self._change(slot, State.CRASHED)
                await self._retire(dyno)
                if slot.gave_up:
                    return
        finally:
            slot.settled.set()

    async def _wait_settled(self, slots: Sequence[Slot]) -> None:
        for slot in slots:
            await slot.settled.wait()
        for slot in slots:
            if slot.keeper is not None and slot.keeper.done():
                slot.keeper.result()  # raises what kept the dyno from starting at all

    async def _stop_keeping(self, slot: Slot) -> None:
        if slot.keeper is not None:
            slot.keeper.cancel()
            with suppress(asyncio.CancelledError, WherryError):
                await slot.keeper
            slot.keeper = None

    async def _drain(self, dyno: Dyno) -> Ending:
        ending = await dyno.stop()
        await self._retire(dyno)
        return ending

    async def _retire(self, dyno: Dyno) -> None:
        _raise_peak(self._peaks, dyno)
        self._written += await dyno.written()
        await dyno.close()

    def _make(self, slot: Slot) -> Dyno:
        slot.lives += 1
        kind = slot.name.partition(".")[0]
        order = Order(
            name=slot.name,
            command=slot.command,
            port=self._port() if kind == WEB else None,
            slug_vars=self.app.slug_vars,
            config_vars=self.app.config_vars,
            cpus=self.app.cpus,
            ipv6_only=_is_fir(self.limits),
            visible=self.app.visible,
            runtime_metrics=self.app.runtime_metrics,
        )
        name = f"{slot.name}-{slot.lives}"
        dyno = Dyno(
            order,
            self.limits,
            self._store,
            self._sink,
            top=self._keeping.work / name,
            group=f"{self._keeping.prefix}{name}",
        )
        self._retired.append(dyno)
        return dyno

    def _port(self) -> int:
        """Return the platform's own port where it is free here, as two dynos share one machine."""
        if self.limits.port is not None and _is_free(self.limits.port):
            return self.limits.port
        return free_port()

    def _change(self, slot: Slot, after: State) -> None:
        Voice(slot.name, self.limits, self._sink).state(slot.state, after)
        slot.state = after


def _raise_peak(peaks: dict[str, MemorySample], dyno: Dyno) -> None:
    peak, known = dyno.peak, peaks.get(dyno.name)
    if peak is not None and (known is None or peak.total_bytes > known.total_bytes):
        peaks[dyno.name] = peak


def _host(dyno: Dyno) -> str:
    address = dyno.bound.address if dyno.bound is not None else ""
    return {"": "127.0.0.1", "0.0.0.0": "127.0.0.1", "::": "::1"}.get(address, address)  # noqa: S104


def _is_fir(limits: Limits) -> bool:
    return hosts.get(limits.platform).size.generation == "fir"


def _is_free(port: int) -> bool:
    with socket.socket() as trial:
        trial.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            trial.bind(("", port))
        except OSError:
            return False
    return True
