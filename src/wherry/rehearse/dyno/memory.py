"""What a dyno's processes hold, as the platform accounts for it: by its group, or process by
process where no group may be made.

The platform counts anonymous memory, shared memory and swap; a page that several processes share
counts once. /proc's RSS counts mapped files too, and shared pages once for each process.
"""

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final, Protocol

from wherry.rehearse.dyno.cgroups import Group, Usage

# The most of one CPU that counting may take, and how old a count may grow while nothing seems to
# move: a page that two processes stop sharing shows in no cheap counter.
_SHARE: Final = 0.01
_OLDEST_S: Final = 5.0
_MOVED_RATIO: Final = 0.02

type _Statuses = Mapping[int, Mapping[str, int]]


@dataclass(frozen=True, slots=True)
class Count:
    """One count of a dyno's memory and processes."""

    usage: Usage
    processes: int
    threads: int


class Meter(Protocol):
    """What counts a dyno's memory."""

    def count(self) -> Count:
        """Count it now; called in a thread of its own, once at a time."""

    def killed(self) -> int:
        """Return how many processes the kernel killed for memory."""


@dataclass(slots=True)
class GroupMeter:
    """The kernel's own counters."""

    group: Group
    pids: Callable[[], Sequence[int]]

    def count(self) -> Count:
        """Read them."""
        pids = self.pids()
        threads = self.group.tasks()
        if threads is None:
            threads = sum(status["Threads"] for status in map(_status, pids) if status)
        return Count(self.group.usage() or Usage(0, 0), len(pids), threads)

    def killed(self) -> int:
        """Return how many processes the kernel killed at the group's limit."""
        return self.group.killed_for_memory()


@dataclass(slots=True)
class TreeMeter:
    """The pages of each process, which the kernel has to walk; between two walks, its counters.

    The counters of a process cost microseconds and count a shared page for each process; how they
    move since the last walk tells how the sum has moved. A new process starts with the pages of
    its parent, which are counted already.

    Attributes:
        lines: Sums at which something happens: when one seems to be passed, a walk settles it.
    """

    pids: Callable[[], Sequence[int]]
    lines: tuple[int, ...] = ()
    _walked: dict[int, Usage] = field(default_factory=dict)
    _statuses: _Statuses = field(default_factory=dict)
    _walked_at: float = float("-inf")
    _pause_s: float = 0.0

    def count(self, now: float | None = None) -> Count:
        """Count, by a walk where one is due; ``now`` is a clock's that only goes forward."""
        now = time.monotonic() if now is None else now
        statuses = {pid: found for pid in self.pids() if (found := _status(pid))}
        usage = self._estimate(statuses)
        if self._is_due(statuses, now) or self._passes_line(usage):
            self._walk(statuses, now)
            usage = self._estimate(statuses)
        return Count(usage, len(statuses), sum(found["Threads"] for found in statuses.values()))

    def killed(self) -> int:
        """Return 0: nothing is killed without a limit of the kernel's."""
        return 0

    def _estimate(self, statuses: _Statuses) -> Usage:
        known = [usage for pid, usage in self._walked.items() if pid in statuses]
        # Shared memory may be another's that it has only looked at.
        grown = sum(
            status["RssAnon"] - self._statuses[pid]["RssAnon"]
            for pid, status in statuses.items()
            if pid in self._statuses
        )
        return Usage(
            anonymous_bytes=max(0, sum(usage.anonymous_bytes for usage in known) + grown),
            shared_bytes=sum(usage.shared_bytes for usage in known),
            swap_bytes=sum(usage.swap_bytes for usage in known),
            cache_bytes=sum(usage.cache_bytes for usage in known),
        )

    def _is_due(self, statuses: _Statuses, now: float) -> bool:
        since_s = now - self._walked_at
        if since_s < self._pause_s:
            return False
        before, here = _mapped(self._statuses), _mapped(statuses)
        moved = abs(here - before) > _MOVED_RATIO * max(before, 1)
        return moved or statuses.keys() != self._statuses.keys() or since_s >= _OLDEST_S

    def _passes_line(self, usage: Usage) -> bool:
        walked = sum(known.total_bytes for known in self._walked.values())
        return any((usage.total_bytes > line) != (walked > line) for line in self.lines)

    def _walk(self, statuses: _Statuses, now: float) -> None:
        started_s = time.thread_time()
        self._walked = {pid: usage for pid in statuses if (usage := walk(pid))}
        self._statuses = statuses
        self._walked_at = now
        self._pause_s = (time.thread_time() - started_s) / _SHARE


def _mapped(statuses: _Statuses) -> int:
    return sum(status["RssAnon"] + status["RssShmem"] for status in statuses.values())


def walk(pid: int) -> Usage | None:
    """Return a process's part of the pages that it maps; None where the kernel does not tell.

    Source: Documentation/ABI/testing/procfs-smaps_rollup of the Linux kernel.
    """
    fields = _fields(f"/proc/{pid}/smaps_rollup")
    if "Pss" not in fields:
        return None
    # Kernels before 5.4 tell no parts; then what is anonymous counts for each process.
    anonymous = fields.get("Pss_Anon", fields.get("Anonymous", 0))
    return Usage(
        anonymous_bytes=anonymous,
        shared_bytes=fields.get("Pss_Shmem", 0),
        swap_bytes=fields.get("SwapPss", 0),
        cache_bytes=fields.get("Pss_File", max(0, fields["Pss"] - anonymous)),
    )


def _status(pid: int) -> dict[str, int] | None:
    fields = _fields(f"/proc/{pid}/status")
    if "RssAnon" not in fields or "Threads" not in fields:
        return None  # a zombie holds nothing
    return fields


def _fields(path: str) -> dict[str, int]:
    try:
        text = Path(path).read_bytes().decode("ascii", "replace")
    except OSError:
        return {}
    fields: dict[str, int] = {}
    for line in text.splitlines():
        name, _, rest = line.partition(":")
        value, _, unit = rest.strip().partition(" ")
        if value.isdecimal():
            fields[name] = int(value) * (1024 if unit == "kB" else 1)
    return fields
