"""A worker that is killed again and again: the process that runs, or all of the dyno's."""

import os
import random
import signal
import subprocess
import time
from collections.abc import Mapping
from pathlib import Path
from typing import IO, Final, Self

# A worker's process is killed as the kernel does it for memory, or all at once, as a platform
# ends a dyno.
WAYS: Final = ("worker", "dyno")


class Dyno:
    """``manage.py wherry worker`` with all of its processes."""

    def __init__(
        self, command: list[str], folder: Path, log: IO[bytes], environment: Mapping[str, str]
    ) -> None:
        self._command, self._folder, self._log = command, folder, log
        self._environment = environment
        self.process = self._start()

    def _start(self) -> subprocess.Popen[bytes]:
        return subprocess.Popen(
            [*self._command, "wherry", "worker", "--interval", "0.1"],
            cwd=self._folder,
            env=self._environment,
            stdin=subprocess.DEVNULL,
            stdout=self._log,
            stderr=self._log,
        )

    def worker(self) -> int | None:
        """Return the process that does the jobs, if there is one just now."""
        listing = Path(f"/proc/{self.process.pid}/task/{self.process.pid}/children")
        try:
            children = listing.read_text().split()
        except OSError:
            return None
        return int(children[0]) if children else None

    def kill(self, way: str) -> None:
        """Kill the worker, or everything, which is then started again."""
        worker = self.worker()
        if worker is not None:
            os.kill(worker, signal.SIGKILL)
        if way == "dyno":
            self.process.kill()
            self.process.wait()
            self.process = self._start()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.process.terminate()
        try:
            self.process.wait(60)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()


class Killer:
    """Decides when to kill, by the jobs done: at numbers drawn beforehand."""

    def __init__(self, jobs: int, kills: int, seed: int) -> None:
        drawn = random.Random(seed)  # noqa: S311 - not for secrets
        # None in the last tenth, so that all of them find work under way.
        self._at = sorted(drawn.sample(range(1, jobs * 9 // 10), kills))
        self._pause = drawn.random
        self.kills = 0

    def is_due(self, done: int) -> bool:
        """Whether one of the numbers has been reached."""
        return self.kills < len(self._at) and done >= self._at[self.kills]

    def kill(self, dyno: Dyno, run_s: float) -> None:
        """Kill at some moment within the next run."""
        time.sleep(self._pause() * run_s)
        dyno.kill(WAYS[self.kills % len(WAYS)])
        self.kills += 1
