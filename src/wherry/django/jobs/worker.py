"""``manage.py wherry worker``: the backend's own worker, and a parent that looks after it.

The parent has one thread and no model, so that it can start a worker at any time: when one is
killed for its memory or crashes inside a model, its job goes to the next one at once.
"""

import logging
import os
import select
import signal
import sys
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Final

from django.core.management import call_command
from django.db import DatabaseError, close_old_connections, connections

from wherry.django.jobs import recovery, store
from wherry.django.jobs.conf import JobOptions
from wherry.django.jobs.framework import is_in_database
from wherry.django.jobs.owners import name_of
from wherry.django.jobs.running import ALONE_VARIABLE
from wherry.errors import ConfigurationError
from wherry.platforms import heroku

logger = logging.getLogger("wherry.jobs")

# From the signal to stop until a running job is given to the next worker, which leaves the
# platform's grace some seconds for that.
GRACE_S: Final = heroku.SHUTDOWN_GRACE_S - 5.0
# A worker that dies again and again is started less and less often.
RESPAWN_AFTER_S: Final = 0.1
SLOWEST_RESPAWN_S: Final = 10.0
# One that has lived so long was well.
WELL_AFTER_S: Final = 10.0
# How often the jobs of workers elsewhere are looked after within the time of a lease.
LOOKS_PER_LEASE: Final = 4
STOP_SIGNALS: Final = (signal.SIGTERM, signal.SIGINT)

type Work = Callable[[str], None]


@dataclass(slots=True)
class Keeper:
    """Starts a worker again whenever it ends, and recovers its jobs and those of others."""

    options: JobOptions
    work: Work
    grace_s: float = GRACE_S
    _pid: int | None = None
    _started: float = 0.0
    _deaths: int = 0
    _start_at: float = 0.0
    _look_at: float = 0.0
    _stop_at: float | None = None
    _signals: tuple[int, int] = field(default_factory=os.pipe)
    _lifeline: tuple[int, int] = field(default_factory=os.pipe)

    def run(self) -> int:
        """Keep a worker until told to stop; return the exit code."""
        self._catch_signals()
        while self._stop_at is None or self._pid is not None:
            now = time.monotonic()
            if self._stop_at is None and self._pid is None and now >= self._start_at:
                self._start()
            if self._stop_at is None and now >= self._look_at:
                self._look_after()
            if self._stop_at is not None and now >= self._stop_at:
                self._take_away()
            self._wait()
            self._reap()
        return 0

    def _catch_signals(self) -> None:
        for end in self._signals:
            os.set_blocking(end, False)
        signal.set_wakeup_fd(self._signals[1])
        for number in (*STOP_SIGNALS, signal.SIGCHLD):
            signal.signal(number, lambda *_: None)

    def _wait(self) -> None:
        if self._stop_at is not None:
            until = self._stop_at
        else:
            until = min(self._look_at, self._start_at) if self._pid is None else self._look_at
        pause_s = max(0.0, until - time.monotonic())
        if select.select([self._signals[0]], [], [], pause_s)[0]:
            received = os.read(self._signals[0], 64)
            if any(number in STOP_SIGNALS for number in received) and self._stop_at is None:
                self._stop_at = time.monotonic() + self.grace_s
                if self._pid is not None:
                    os.kill(self._pid, signal.SIGINT)

    def _start(self) -> None:
        # A connection that two processes use is of no use to either.
        connections.close_all()
        self._started = time.monotonic()
        # A signal that came before the child has handlers of its own would be lost on it.
        signal.pthread_sigmask(signal.SIG_BLOCK, STOP_SIGNALS)
        self._pid = os.fork()
        if self._pid == 0:
            self._become_worker()
        signal.pthread_sigmask(signal.SIG_UNBLOCK, STOP_SIGNALS)

    def _become_worker(self) -> None:
        """Run the worker; does not return."""
        code = 1
        try:
            signal.set_wakeup_fd(-1)
            for number in (*STOP_SIGNALS, signal.SIGCHLD):
                signal.signal(number, signal.SIG_DFL)
            for descriptor in (*self._signals, self._lifeline[1]):
                os.close(descriptor)
            # A platform signals every process and a terminal the whole group, but the backend's
            # worker breaks off its task at a second signal: SIGTERM stays blocked, and SIGINT
            # comes from the parent alone.
            os.setpgid(0, 0)
            signal.pthread_sigmask(signal.SIG_UNBLOCK, [signal.SIGINT])
            _end_with_parent(self._lifeline[0])
            os.environ[ALONE_VARIABLE] = str(os.getpid())
            self.work(name_of(os.getpid()))
            code = 0
        except SystemExit as end:
            code = end.code if isinstance(end.code, int) else 1
        except Exception:
            logger.exception("The worker failed.")
        finally:
            sys.stdout.flush()
            sys.stderr.flush()
            os._exit(code)

    def _reap(self) -> None:
        if self._pid is None:
            return
        pid, status = os.waitpid(self._pid, os.WNOHANG)
        if not pid:
            return
        self._pid = None
        code = os.waitstatus_to_exitcode(status)
        if self._stop_at is None:
            well = time.monotonic() - self._started >= WELL_AFTER_S
            self._deaths = 1 if well else self._deaths + 1
            pause_s = min(RESPAWN_AFTER_S * 2 ** (self._deaths - 1), SLOWEST_RESPAWN_S)
            self._start_at = time.monotonic() + pause_s
            logger.warning(
                "The worker %d %s; starting another in %.1f s.", pid, _how(code), pause_s
            )
        self._in_database(lambda: recovery.recover(self.options))

    def _look_after(self) -> None:
        self._look_at = time.monotonic() + self.options.lease_s / LOOKS_PER_LEASE
        self._in_database(self._recover_and_forget)

    def _recover_and_forget(self) -> None:
        recovery.recover(self.options)
        store.forget_expired()
        recovery.forget_tasks(self.options)

    def _take_away(self) -> None:
        """End a worker whose job does not, and let another have the job."""
        if self._pid is None:
            return
        name = name_of(self._pid)
        os.kill(self._pid, signal.SIGKILL)
        os.waitpid(self._pid, 0)
        self._pid = None
        self._in_database(lambda: recovery.hand_back(name, self.options))

    def _in_database(self, do: Callable[[], Any]) -> None:
        """Do something for which the database need not be there just now."""
        try:
            close_old_connections()
            do()
        except DatabaseError as error:
            logger.warning("The jobs cannot be looked after: %s", str(error).strip())


def work(options: JobOptions, *, interval_s: float, grace_s: float = GRACE_S) -> int:
    """Do jobs until told to stop; return the exit code.

    Raises:
        ConfigurationError: the backend has a worker of its own kind.
    """
    if not is_in_database(options.backend):
        raise ConfigurationError(
            f"The task backend {options.backend!r} does not keep its tasks in the database: start "
            "that backend's own worker, or use django_tasks_db.DatabaseBackend in TASKS."
        )

    def do_tasks(name: str) -> None:
        call_command(
            "db_worker",
            queue_name=options.queue,
            backend_name=options.backend,
            worker_id=name,
            interval=interval_s,
            startup_delay=False,
            reload=False,
        )

    return Keeper(options, do_tasks, grace_s).run()


def _end_with_parent(lifeline: int) -> None:
    """Stop after the running task once the other end of the pipe is closed."""

    def watch() -> None:
        os.read(lifeline, 1)
        os.kill(os.getpid(), signal.SIGINT)

    threading.Thread(target=watch, name="wherry-lifeline", daemon=True).start()


def _how(code: int) -> str:
    if code < 0:
        return f"was killed by {signal.Signals(-code).name}"
    return f"ended with code {code}"
