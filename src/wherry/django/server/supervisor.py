"""The supervisor: listens, starts workers, replaces dead ones, stops them in time.

It imports neither Django nor numpy nor the site, has one thread, and so can fork at any time; a
worker starts from it in milliseconds. granian's own supervisor cannot keep a socket open across
workers, add a worker later, or tell a mistake in the settings from a crash.
"""

import os
import select
import signal
import socket
import sys
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

from wherry.django.server.handover import (
    EXIT_MISCONFIGURED,
    Decision,
    WorkerMain,
    WorkerStart,
    say,
)
from wherry.django.server.listener import address, bind_beside, listen
from wherry.django.server.options import ServeOptions
from wherry.errors import ConfigurationError
from wherry.serving import measurements, queue_counts
from wherry.serving.changes import places
from wherry.serving.inside import Regions

RESPAWN_AFTER_S = 0.1
# A worker that dies this often in a row before it is ready will not get better. One that had been
# ready is replaced for ever: ending the whole program would make the platform wait longer and
# longer before it starts it again, on Heroku for hours.
MAX_FAILED_BOOTS = 3
MOST_DELAY_S = 10.0
# A platform signals every process, and wrappers pass signals on: two at once are one request.
SECOND_SIGNAL_AFTER_S = 1.0
# More workers than these are served as well; what they were asked when they died is not said.
MAX_REGIONS = 64
STOP_SIGNALS = (signal.SIGTERM, signal.SIGINT, signal.SIGHUP)


@dataclass(slots=True)
class _Worker:
    pid: int
    report: int
    listener: socket.socket
    region: int | None
    received: bytes = b""
    ready: bool = False


@dataclass(slots=True)
class Supervisor:
    """The workers, and the listening socket of each; ``listener`` is the first one's."""

    options: ServeOptions
    listener: socket.socket
    worker_main: WorkerMain
    weight_cache: Path | None = None
    state_folder: Path | None = None
    _workers: dict[int, _Worker] = field(default_factory=dict)
    _free_listeners: list[socket.socket] = field(default_factory=list)
    _decision: Decision | None = None
    _failed_boots: int = 0
    _respawn_at: float | None = None
    _stopping_since: float | None = None
    _cut_off: bool = False
    _to_say: list[str] = field(default_factory=list)
    _exit_code: int = 0
    _count: measurements.ServerMeasurements = field(default_factory=measurements.begin_server)
    _regions: Regions = field(default_factory=lambda: Regions(MAX_REGIONS))
    _poll: select.poll = field(default_factory=select.poll)
    _signals: tuple[int, int] = field(default_factory=os.pipe)
    _lifeline: tuple[int, int] = field(default_factory=os.pipe)

    def run(self) -> int:
        """Supervise until told to stop or nothing can be served; return the exit code."""
        self._catch_signals()
        self._free_listeners.append(self.listener)
        self._start_worker()
        while self._workers or self._stopping_since is None:
            for descriptor, _ in self._poll.poll(self._wait_ms()):
                if descriptor == self._signals[0]:
                    self._handle_signals(os.read(descriptor, 64))
                else:
                    self._receive(descriptor)
            self._reap()
            self._act_on_time()
        return self._exit_code

    def _catch_signals(self) -> None:
        for end in self._signals:
            os.set_blocking(end, False)
        signal.set_wakeup_fd(self._signals[1])
        for number in (*STOP_SIGNALS, signal.SIGCHLD):
            signal.signal(number, lambda *_: None)
        signal.pthread_sigmask(signal.SIG_UNBLOCK, STOP_SIGNALS)
        self._poll.register(self._signals[0], select.POLLIN)

    def _wait_ms(self) -> float | None:
        moments = [self._respawn_at] if self._respawn_at is not None else []
        if self._stopping_since is not None and not self._cut_off:
            moments.append(self._stopping_since + self.options.graceful_timeout_s)
        if not moments:
            return None
        return max(0.0, min(moments) - time.monotonic()) * 1000 + 1

    def _handle_signals(self, numbers: bytes) -> None:
        if not any(number in STOP_SIGNALS for number in numbers):
            return
        if self._stopping_since is None:
            self._stop(0)
        elif time.monotonic() - self._stopping_since > SECOND_SIGNAL_AFTER_S:
            self._cut("told to stop a second time: ending at once, running requests are cut off.")

    def _act_on_time(self) -> None:
        now = time.monotonic()
        if self._stopping_since is not None:
            if self._workers and now > self._stopping_since + self.options.graceful_timeout_s:
                self._cut(
                    f"requests still ran {self.options.graceful_timeout_s:g} s after the signal "
                    "to stop; they are cut off. --graceful-timeout sets how long they have."
                )
        elif self._respawn_at is not None and now >= self._respawn_at:
            self._respawn_at = None
            # Not said earlier: where every process is told to stop, a worker may be the first to
            # obey, and nothing is started then.
            for sentence in self._to_say:
                say(sentence)
            self._to_say.clear()
            self._fill_up()

    def _fill_up(self) -> None:
        # Until the first worker has measured itself there is only that one; it also writes the
        # weight cache that the others read.
        wanted = self._decision.processes if self._decision else 1
        while len(self._workers) < wanted:
            self._start_worker()

    def _start_worker(self) -> None:
        if not self._free_listeners:
            self._free_listeners.append(bind_beside(self.listener))
        listener = self._free_listeners.pop(0)
        region = self._regions.take()
        report, worker_end = os.pipe()
        # A signal that came before the child has handlers of its own would be lost on it.
        signal.pthread_sigmask(signal.SIG_BLOCK, STOP_SIGNALS)
        pid = os.fork()
        if pid == 0:
            self._become_worker(worker_end, listener, region)
        signal.pthread_sigmask(signal.SIG_UNBLOCK, STOP_SIGNALS)
        os.close(worker_end)
        self._workers[pid] = _Worker(pid, report, listener, region)
        self._count.worker_started()
        self._poll.register(report, select.POLLIN)

    def _become_worker(self, report: int, listener: socket.socket, region: int | None) -> None:
        """Run the worker; does not return."""
        code = 1
        try:
            signal.set_wakeup_fd(-1)
            # Before it serves, a terminal's Ctrl-C is the supervisor's business alone.
            signal.signal(signal.SIGINT, signal.SIG_IGN)
            for number in (signal.SIGTERM, signal.SIGHUP, signal.SIGCHLD):
                signal.signal(number, signal.SIG_DFL)
            signal.pthread_sigmask(signal.SIG_UNBLOCK, STOP_SIGNALS)
            inherited = [*self._signals, self._lifeline[1]]
            inherited += [worker.report for worker in self._workers.values()]
            for descriptor in inherited:
                os.close(descriptor)
            for other in (*self._free_listeners, *(w.listener for w in self._workers.values())):
                other.close()
            code = self.worker_main(
                WorkerStart(
                    self.options,
                    listener,
                    self._decision,
                    self.weight_cache,
                    report,
                    self._lifeline[0],
                    None if region is None else self._regions.region(region),
                )
            )
        finally:
            sys.stdout.flush()
            sys.stderr.flush()
            os._exit(code)

    def _receive(self, descriptor: int) -> None:
        worker = next(each for each in self._workers.values() if each.report == descriptor)
        data = os.read(descriptor, 65536)
        worker.received += data
        if not data or b"\n" in worker.received:
            self._poll.unregister(descriptor)
        if b"\n" not in worker.received:
            return
        worker.ready = True
        self._failed_boots = 0
        if self._decision is None:
            self._decision = Decision.from_line(worker.received)
            say(self._decision.sentence)
            if self._stopping_since is None:
                self._fill_up()

    def _reap(self) -> None:
        for pid in tuple(self._workers):
            finished, status = os.waitpid(pid, os.WNOHANG)
            if not finished:
                continue
            worker = self._workers.pop(pid)
            self._free_listeners.append(worker.listener)
            with suppress(KeyError):  # It is not listened to any more once it has reported.
                self._poll.unregister(worker.report)
            os.close(worker.report)
            if self.state_folder is not None:
                (self.state_folder / "workers" / str(pid)).unlink(missing_ok=True)
            asked = self._asked(worker)
            if self._stopping_since is None:
                self._replace(worker, os.waitstatus_to_exitcode(status), asked)

    def _asked(self, worker: _Worker) -> dict[str, int]:
        if worker.region is None:
            return {}
        asked = self._regions.asked(worker.region)
        self._regions.give_back(worker.region)
        return asked

    def _replace(self, worker: _Worker, code: int, asked: Mapping[str, int]) -> None:
        if code == EXIT_MISCONFIGURED:
            # It has said what is wrong, and a restart would say the same.
            self._stop(1)
            return
        died = _how(code)
        told = code in {0, -signal.SIGTERM}
        if not told:
            self._count.worker_crashed()
            died += _with_what(asked)
        if not worker.ready and not told:
            self._failed_boots += 1
            # Where others answer, the site stays up with them, and this one is tried ever later.
            others = any(each.ready for each in self._workers.values())
            if self._failed_boots >= MAX_FAILED_BOOTS and not others:
                say(f"a worker {died} before it was ready, {MAX_FAILED_BOOTS} times in a row.")
                self._stop(1)
                return
        self._to_say.append(f"worker {worker.pid} {died}; starting another.")
        delay_s = min(RESPAWN_AFTER_S * 2 ** max(0, self._failed_boots - 1), MOST_DELAY_S)
        self._respawn_at = time.monotonic() + delay_s

    def _stop(self, exit_code: int) -> None:
        self._stopping_since = time.monotonic()
        self._exit_code = exit_code
        for listener in (*self._free_listeners, *(w.listener for w in self._workers.values())):
            listener.close()
        self._signal_all(signal.SIGTERM)
        os.close(self._lifeline[1])

    def _cut(self, sentence: str) -> None:
        if not self._cut_off:
            say(sentence)
            self._cut_off = True
            self._exit_code = 1
            self._signal_all(signal.SIGKILL)

    def _signal_all(self, number: signal.Signals) -> None:
        for pid in self._workers:
            os.kill(pid, number)


def _how(code: int) -> str:
    if code == -signal.SIGKILL:
        return "was killed by SIGKILL (which is how the kernel enforces a memory limit)"
    if code < 0:
        return f"was killed by {signal.Signals(-code).name}"
    return f"ended with code {code}"


def _with_what(asked: Mapping[str, int]) -> str:
    if not asked:
        return ""
    models = ", ".join(f"{name!r} ({count})" for name, count in sorted(asked.items()))
    return f" while models held these requests: {models}"


def main(words: Sequence[str], worker_main: WorkerMain) -> int:
    """Serve what the words of ``ServeOptions.words`` ask for; return the exit code."""
    options = ServeOptions.from_words(words)
    # Told to stop before it is known how, it would leave its folder behind.
    signal.pthread_sigmask(signal.SIG_BLOCK, STOP_SIGNALS)
    try:
        listener = listen(options.host, options.port)
    except ConfigurationError as error:
        say(str(error))
        return 1
    say(f"listening on {address(listener)}; starting {options.app}.")
    queue_counts.share()
    about = {"pid": str(os.getpid()), "app": options.app, "address": address(listener)}
    with places.made({**about, "folder": str(Path.cwd())}) as folder:
        os.environ[places.VARIABLE] = str(folder)
        weights = None
        if (options.processes or 1) > 1:
            weights = folder / "weights"
            weights.mkdir(mode=0o700)
        return Supervisor(options, listener, worker_main, weights, folder).run()
