"""One dyno's life: unpacked, launched, bound, watched, stopped, cleared away."""

import asyncio
import os
import signal
import time
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from wherry.rehearse.dyno.cgroups import Group
from wherry.rehearse.dyno.disk import MOST_BYTES, Disk
from wherry.rehearse.dyno.finishing import finish
from wherry.rehearse.dyno.inside.descendants import descendants
from wherry.rehearse.dyno.launching import LaunchFailed, Running, launch
from wherry.rehearse.dyno.listening import Listener, answering, listeners, lists_sockets
from wherry.rehearse.dyno.memory import GroupMeter, Meter, TreeMeter
from wherry.rehearse.dyno.metrics import Metrics
from wherry.rehearse.dyno.output import Output
from wherry.rehearse.dyno.setting_up import Ground, Order, prepare
from wherry.rehearse.dyno.slug_store import SlugStore
from wherry.rehearse.dyno.voice import Voice, signals_all
from wherry.rehearse.dyno.watching import Watch
from wherry.rehearse.events import (
    BootStep,
    FileWritten,
    LimitPassed,
    MemorySample,
    PortBound,
    ProcessExited,
    Sink,
    stamp,
)
from wherry.rehearse.overlay import Limits

_LOOK_S: Final = 0.05
# What is printed last may still be on its way; a process that left the dyno may hold the log open.
_LAST_WORDS_S: Final = 2.0
_DEFAULT_GRACE_S: Final = 10.0


@dataclass(frozen=True, slots=True)
class Ending:
    """How a dyno's command ended.

    Attributes:
        status: As a shell writes it: 137 for SIGKILL.
        reason: ``R10``, ``R12``, ``R15``, ``disk``, ``processes``, ``stopped``; "" where it ended
            by itself.
    """

    status: int
    reason: str = ""


class Dyno:
    """A dyno from start to end; it is not started twice.

    Its log lines, samples and moments go to ``sink``. How its state changes is for the formation
    to tell, since a name lives longer than a dyno.
    """

    def __init__(
        self, order: Order, limits: Limits, store: SlugStore, sink: Sink, *, top: Path, group: str
    ) -> None:
        self.order = order
        self.limits = limits
        self._store = store
        self.bound: Listener | None = None
        self.elsewhere: tuple[Listener, ...] = ()
        self.ending: Ending | None = None
        self._voice = Voice(order.name, limits, sink)
        self._sink = sink
        self._top = top
        self._group_name = group
        self._ground: Ground | None = None
        self._running: Running | None = None
        self._watch: Watch | None = None
        self._tasks: list[asyncio.Task[None]] = []
        self._ended = asyncio.Event()
        self._log_ended = asyncio.Event()
        self._reason = ""
        self._launched_s = 0.0
        self._first_output = False
        self._alarm: int | None = None
        self._closing: asyncio.Task[None] | None = None

    @property
    def name(self) -> str:
        """As the log calls it: ``web.1``."""
        return self.order.name

    @property
    def peak(self) -> MemorySample | None:
        """The sample at which it held most."""
        return self._watch.peak if self._watch is not None else None

    @property
    def memory(self) -> MemorySample | None:
        """The last sample."""
        return self._watch.last if self._watch is not None else None

    @property
    def group(self) -> Group | None:
        """Its control group; None where none may be made."""
        return self._ground.group if self._ground is not None else None

    def pids(self) -> list[int]:
        """Return its processes, as this machine counts them."""
        if self._running is None:
            return []
        if self.group is not None:
            return self.group.pids()
        return list(descendants(self._running.first))

    def pages(self) -> tuple[int, int]:
        """Return pages in and out, as log-runtime-metrics tells them; zeros without a group."""
        return self.group.pages() if self.group is not None else (0, 0)

    async def start(self) -> None:
        """Unpack the slug and start the command; its boot timeout counts from here on.

        Raises:
            UnpackFailed: the slug is none, or the disk is full.
            LaunchFailed: the kernel refuses; nothing is left.
        """
        self._ground = await prepare(
            self.order, self.limits, self._store, top=self._top, group=self._group_name
        )
        try:
            self._voice.starting(self.order.command)
            self._running = await self._launch(self._ground)
            self._launched_s = time.monotonic()
            self._step("launched")
            self._watch = self._make_watch(self._ground)
            await asyncio.to_thread(self._watch.disk.start)
        except BaseException:
            await self.close()
            raise
        self._read_log(self._running)
        self._heed_alarm(self._ground, self._watch)
        self._tasks = [
            asyncio.create_task(self._watch.run()),
            asyncio.create_task(self._look_for_listeners()),
            asyncio.create_task(self._see_off(self._running)),
        ]

    async def wait_bound(self) -> bool:
        """Wait until its port is bound; False where it ended before, or was killed for it (R10).

        A dyno without a port is as good as bound once it runs.
        """
        until = None
        if self.limits.boot_timeout_s is not None:
            until = self._launched_s + self.limits.boot_timeout_s
        while self.order.port is not None and self.bound is None:
            if self._ended.is_set() or self._reason:
                await self._ended.wait()
                return False
            self._raise_what_failed()
            if until is not None and time.monotonic() >= until:
                self._voice.unbound(self.order.port)
                self._kill("R10")
            await asyncio.sleep(_LOOK_S / 2)
        return not self._ended.is_set()

    def _raise_what_failed(self) -> None:
        """Raise what ended one of its watchers, which would otherwise look like a slow start."""
        for task in self._tasks:
            if task.done() and not task.cancelled() and (error := task.exception()) is not None:
                raise error

    async def wait_ended(self) -> Ending:
        """Wait until none of its processes is left and its log is read."""
        await self._ended.wait()
        return self.ending or Ending(128 + signal.SIGKILL)

    async def stop(self) -> Ending:
        """End it as the platform does: a signal, the grace, SIGKILL (R12)."""
        running = self._running
        if running is None or self._ended.is_set():
            return self.ending or Ending(0)
        if not self._reason:
            self._reason = "stopped"
            self._voice.stopping()
            main_only = not signals_all(self.limits)
            running.send(signal.Signals[self.limits.shutdown_signal], main_only=main_only)
            grace_s = self.limits.shutdown_grace_s
            grace_s = _DEFAULT_GRACE_S if grace_s is None else grace_s
            try:
                await asyncio.wait_for(running.empty.wait(), grace_s)
            except TimeoutError:
                # A host that gives no time does not blame who needed some.
                self._reason = "R12" if grace_s > 0 else self._reason
                self._voice.overstayed()
                running.send(signal.SIGKILL)
        return await self.wait_ended()

    async def written(self) -> list[FileWritten]:
        """Return what it wrote into its tree so far; it must not be cleared away yet."""
        if self._ground is None:
            return []
        return await asyncio.to_thread(self._ground.written, self.order.name)

    async def close(self) -> None:
        """Kill what is left of it and clear its folders and group away; safe to call twice."""
        if self._closing is None:
            self._closing = asyncio.create_task(self._clear_away())
        await finish(self._closing)

    async def _clear_away(self) -> None:
        running, self._running = self._running, None
        tasks, self._tasks = self._tasks, []
        try:
            if running is not None:
                await running.close()
                # The last one reads the log to its end.
                await asyncio.gather(*tasks[-1:], return_exceptions=True)
                running.close_output()
        finally:
            for task in tasks:
                task.cancel()
            results = await asyncio.gather(*tasks, return_exceptions=True)
            if self._ground is not None:
                await self._ground.clear()
                self._ground = None
        for result in results:
            if isinstance(result, Exception):
                raise result  # a mistake of Wherry's, which is not to pass unseen

    async def _launch(self, ground: Ground) -> Running:
        groups = ground.group.join() if ground.group is not None else ()
        plan = ground.plan.joining(groups)
        try:
            return await launch(plan)
        except OSError as error:
            raise LaunchFailed(f"The dyno could not be started: {error.strerror}.") from error
        finally:
            for descriptor in groups:
                os.close(descriptor)

    def _make_watch(self, ground: Ground) -> Watch:
        group = ground.group
        lines = (self.limits.memory_bytes, self.limits.kill_bytes)
        meter: Meter = TreeMeter(self.pids, tuple(line for line in lines if line is not None))
        if group is not None and "memory" in group.folders:
            meter = GroupMeter(group, self.pids)
        return Watch(
            voice=self._voice,
            meter=meter,
            disk=Disk((ground.folders.app, ground.folders.temporary)),
            disk_bytes=min(self.limits.disk_bytes or MOST_BYTES, MOST_BYTES),
            kill=self._kill,
            refused_tasks=group.refused_tasks if group is not None else lambda: 0,
            metrics=Metrics(self.name, self.limits, self.pages)
            if self.order.runtime_metrics
            else None,
        )

    def _kill(self, reason: str) -> None:
        if not self._reason or self._reason == "stopped":
            self._reason = reason
        if self._running is not None:
            self._running.send(signal.SIGKILL)

    def _read_log(self, running: Running) -> None:
        output = Output(
            line=self._print,
            dropped=self._tell_dropped,
            line_bytes=self.limits.log_line_bytes,
            buffer_lines=self.limits.log_buffer_lines,
        )
        loop = asyncio.get_running_loop()
        os.set_blocking(running.output, False)

        def read() -> None:
            if not output.read(running.output):
                loop.remove_reader(running.output)
                self._log_ended.set()

        loop.add_reader(running.output, read)

    def _heed_alarm(self, ground: Ground, watch: Watch) -> None:
        self._alarm = ground.group.memory_alarm() if ground.group is not None else None
        if self._alarm is not None:
            asyncio.get_running_loop().add_reader(self._alarm, watch.kernel_kills)

    def _silence_alarm(self) -> None:
        if self._alarm is not None:
            asyncio.get_running_loop().remove_reader(self._alarm)
            os.close(self._alarm)
            self._alarm = None

    def _print(self, line: str) -> None:
        if not self._first_output:
            self._first_output = True
            self._step("first output")
        self._voice.app(line)

    def _tell_dropped(self, lines: int, since: float) -> None:
        allowed = self.limits.log_buffer_lines or 0
        self._voice.dropped(lines, stamp(since))
        self._sink(LimitPassed(time.time(), self.name, "log", allowed + lines, allowed))

    async def _look_for_listeners(self) -> None:
        port, listed = self.order.port, lists_sockets()
        while port is not None and self.bound is None:
            found = await asyncio.to_thread(
                lambda: listeners(self.pids()) if listed else answering(port)
            )
            for listener in found:
                self._hear(listener)
            await asyncio.sleep(_LOOK_S)

    def _hear(self, listener: Listener) -> None:
        if listener in self.elsewhere:
            return
        port = self.order.port or 0
        self._sink(PortBound(time.time(), self.name, listener.port, port, listener.address))
        if listener.port == port and listener.everywhere and self._reached(listener):
            self.bound = listener
            self._step("bound")
        else:
            self.elsewhere = (*self.elsewhere, listener)

    def _reached(self, listener: Listener) -> bool:
        """Whether the platform's router can come to it: Fir's speaks IPv6 only."""
        return listener.ipv6 or not self.order.ipv6_only

    async def _see_off(self, running: Running) -> None:
        try:
            status = await running.exited
            if self._watch is not None and self._watch.look_for_kill():
                # What was left of it, a shell perhaps, may have ended by itself just before.
                status = 128 + signal.SIGKILL
            if not self._reason or not signals_all(self.limits):
                # The platform ends a dyno with its command; only where it told all processes to
                # end does it wait for all.
                running.send(signal.SIGKILL)
            self._silence_alarm()
            await running.empty.wait()
            with suppress(TimeoutError):
                await asyncio.wait_for(self._log_ended.wait(), _LAST_WORDS_S)
            asyncio.get_running_loop().remove_reader(running.output)
            self._voice.exited(status)
            self._sink(ProcessExited(time.time(), self.name, status, self._reason))
            self.ending = Ending(status, self._reason)
        finally:
            for task in self._tasks[:-1]:
                task.cancel()
            self._ended.set()

    def _step(self, name: str) -> None:
        since_s = time.monotonic() - self._launched_s if self._launched_s else 0.0
        self._sink(BootStep(time.time(), self.name, name, since_s))
