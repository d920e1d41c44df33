"""A memory limit for a server under measurement, as a dyno's, where one may be set."""

import contextlib
import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from wherry.platforms.usage import Usage, read_processes_usage, tree

_VERSION_1 = Path("/sys/fs/cgroup/memory")


@dataclass(frozen=True, slots=True)
class Group:
    """A control group with a limit; ``folder`` is None where none can be made."""

    quota_bytes: int
    folder: Path | None

    def enter(self) -> None:
        """Put the calling process into it; to be called in a child before it starts anything."""
        if self.folder is not None:
            (self.folder / "cgroup.procs").write_text(str(os.getpid()))

    def usage(self, pid: int) -> Usage:
        """Return what the processes below ``pid`` hold of the quota."""
        return read_processes_usage(self.quota_bytes, tree(pid))

    @property
    def failures(self) -> int:
        """How often the kernel found the limit reached and had to look for memory."""
        if self.folder is None:
            return 0
        return int((self.folder / "memory.failcnt").read_text())


@contextlib.contextmanager
def group(quota_bytes: int, name: str) -> Iterator[Group]:
    """Make a group below this process's own (version 1; elsewhere the server is told a number)."""
    folder = _own() / f"{name}-{os.getpid()}"
    try:
        folder.mkdir()
        (folder / "memory.limit_in_bytes").write_text(str(quota_bytes))
    except OSError:
        yield Group(quota_bytes, None)
        return
    try:
        yield Group(quota_bytes, folder)
    finally:
        with contextlib.suppress(OSError):
            folder.rmdir()


def _own() -> Path:
    for line in Path("/proc/self/cgroup").read_text().splitlines():
        _, controllers, path = line.split(":", 2)
        if controllers == "memory" and (_VERSION_1 / path.lstrip("/")).is_dir():
            return _VERSION_1 / path.lstrip("/")
    return _VERSION_1
