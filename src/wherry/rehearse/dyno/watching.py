"""Watches a dyno's memory: samples for the report, R14 and R15 for the log."""

import asyncio
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Final

from wherry.rehearse.dyno.disk import Disk
from wherry.rehearse.dyno.memory import Count, Meter
from wherry.rehearse.dyno.metrics import Metrics
from wherry.rehearse.dyno.voice import Voice
from wherry.rehearse.events import LimitPassed, MemorySample

TICK_S: Final = 0.25
_IN_MEMORY: Final = "in memory"
# Where the kernel refuses no process, so many times the platform's number is an app run wild.
_WILD: Final = 2
# How often the quota is told where the platform has said no number.
_TOLD_S: Final = 20.0


@dataclass(slots=True)
class Watch:
    """Counts until it is cancelled.

    Attributes:
        kill: Called once, with the reason, when the dyno passed what ends it: ``R15``, ``disk``.
        refused_tasks: Tells how often a process or thread was refused.
        metrics: Tells memory and load in the log, where that was asked for.
    """

    voice: Voice
    meter: Meter
    disk: Disk
    disk_bytes: int
    kill: Callable[[str], None]
    refused_tasks: Callable[[], int]
    metrics: Metrics | None = None
    clock: Callable[[], float] = time.time
    peak: MemorySample | None = None
    last: MemorySample | None = None
    _told_at: float = field(default=float("-inf"))
    _ended: bool = False
    _passed: set[str] = field(default_factory=set)

    async def run(self) -> None:
        """Count, as often as it costs little."""
        while True:
            # In a thread, since a walk through a gigabyte would hold up the router's requests.
            self.judge(*await asyncio.to_thread(self._count))
            await asyncio.sleep(TICK_S)

    def _count(self) -> tuple[Count, int]:
        return self.meter.count(), self.disk.look()

    def look_for_kill(self) -> bool:
        """Tell, and return, whether the kernel killed one of its processes for memory."""
        if self.meter.killed():
            self.kernel_kills()
        return "R15" in self._passed

    def kernel_kills(self) -> None:
        """Take note that the kernel kills for memory: the platform would end the whole dyno."""
        held = self.last.total_bytes if self.last is not None else 0
        # It is killed for what it wanted on top of what was counted last.
        self._kill_for_memory(max(held, self.voice.limits.kill_bytes or 0))

    def judge(self, count: Count, written: int) -> None:
        """Tell what a count says, and end the dyno where the platform would."""
        limits = self.voice.limits
        usage = count.usage
        in_memory = written if limits.filesystem == _IN_MEMORY else 0
        sample = MemorySample(
            at=self.clock(),
            dyno=self.voice.dyno,
            anonymous_bytes=usage.anonymous_bytes,
            shared_bytes=usage.shared_bytes + in_memory,
            swap_bytes=usage.swap_bytes,
            cache_bytes=usage.cache_bytes,
            processes=count.processes,
            threads=count.threads,
        )
        if count.processes == 0:
            return  # it has ended, or this system tells nothing
        self.last = sample
        if self.peak is None or sample.total_bytes > self.peak.total_bytes:
            self.peak = sample
        self.voice.sink(sample)
        if self.metrics is not None:
            self.metrics.tell(sample, self.voice)
        self._judge_memory(sample)
        self._judge_tasks(count.threads)
        self._judge_disk(written)

    def _judge_memory(self, sample: MemorySample) -> None:
        limits = self.voice.limits
        if self.look_for_kill():
            return
        if limits.kill_bytes is not None and sample.total_bytes > limits.kill_bytes:
            self._kill_for_memory(sample.total_bytes)
        elif limits.memory_bytes is not None and sample.total_bytes > limits.memory_bytes:
            self._pass("memory", sample.total_bytes, limits.memory_bytes)
            every_s = limits.memory_sample_s or _TOLD_S
            if limits.logs_r14 and sample.at - self._told_at >= every_s:
                self._told_at = sample.at
                self.voice.over_quota(sample.total_bytes)

    def _kill_for_memory(self, total_bytes: int) -> None:
        if "R15" in self._passed:
            return
        self._passed.add("R15")
        self.voice.over_limit(total_bytes)
        self.kill("R15")

    def _judge_tasks(self, threads: int) -> None:
        most = self.voice.limits.max_processes
        if most is None:
            return
        refused = self.refused_tasks()
        if refused or threads >= most:
            detail = f"{refused} refused" if refused else ""
            self._pass("processes", max(threads, most if refused else 0), most, detail)
        if threads > _WILD * most:
            self._end("processes")

    def _judge_disk(self, written: int) -> None:
        if written > self.disk_bytes:
            self._pass("disk", written, self.disk_bytes)
        elif self.disk.nearly_full() and written:
            self._pass("disk", written, written, "this machine's disk is nearly full")
        else:
            return
        self._end("disk")

    def _end(self, reason: str) -> None:
        """Kill it for what the platform would refuse, and this machine cannot."""
        if not self._ended:
            self._ended = True
            self.voice.killing()
            self.kill(reason)

    def _pass(self, limit: str, value: float, allowed: float, detail: str = "") -> None:
        if limit not in self._passed:
            self._passed.add(limit)
            event = LimitPassed(self.clock(), self.voice.dyno, limit, value, allowed, detail)
            self.voice.sink(event)
