"""The first process of a dyno: sets it up, starts its command, reaps, signals, and ends last."""

import json
import os
import select
import signal
import socket
from contextlib import suppress

from wherry.rehearse.dyno.inside import command, kernel, mounts
from wherry.rehearse.dyno.inside.descendants import PROC, descendants
from wherry.rehearse.dyno.inside.plan import Plan

_LINE_BYTES = 65536


class First:
    """What stands as process 1 of the dyno, or as the parent of all its processes.

    It is told ``{"signal": 15, "to": "all"}`` or ``"main"``, and tells ``started``, ``exited``
    (with the command's status, as a shell writes it) and ``empty``, after which it ends. When
    whoever started it is gone, it kills all and ends.
    """

    def __init__(self, plan: Plan, control: socket.socket) -> None:
        self._plan = plan
        self._control = control
        self._main: int | None = None
        self._session = 0
        self._status = 0
        self._wakeup = os.pipe()
        self._received = b""

    def run(self) -> int:
        """Run the dyno to its end and return the command's status."""
        if self._plan.walls.pids:
            kernel.die_with_parent(signal.SIGKILL)
        else:
            kernel.adopt_orphans()
        self._catch_signals()
        try:
            self._set_up()
        except OSError as error:
            self._tell(failed=f"{error.strerror or error} ({error.filename})")
            return 1
        self._let_go_of_output()
        self._tell(started=self._main)
        while self._reap():
            self._wait()
        self._tell(empty=True)
        return self._status

    def _set_up(self) -> None:
        if self._plan.walls.mounts:
            os.unshare(os.CLONE_NEWNS | os.CLONE_NEWIPC)
            mounts.build(self._plan)
        self._main = self._session = command.start(self._plan)
        for group in self._plan.groups:
            os.close(group)

    def _catch_signals(self) -> None:
        for end in self._wakeup:
            os.set_blocking(end, False)
        signal.set_wakeup_fd(self._wakeup[1], warn_on_full_buffer=False)
        signal.signal(signal.SIGCHLD, lambda *_: None)
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, signal.SIG_IGN)

    def _let_go_of_output(self) -> None:
        """Leave the log to the command: it ends when the last of its processes has."""
        nothing = os.open(os.devnull, os.O_RDWR)
        for descriptor in range(3):
            os.dup2(nothing, descriptor)
        os.close(nothing)

    def _reap(self) -> bool:
        """Bury the dead; return whether anyone is left."""
        while True:
            try:
                child, status = os.waitpid(-1, os.WNOHANG)
            except ChildProcessError:
                return False
            if child == 0:
                return True
            if child == self._main:
                code = os.waitstatus_to_exitcode(status)
                self._status = code if code >= 0 else 128 - code
                self._main = None
                self._tell(exited=self._status)

    def _wait(self) -> None:
        control = self._control.fileno()
        ready, _, _ = select.select([control, self._wakeup[0]], [], [])
        if self._wakeup[0] in ready:
            with suppress(BlockingIOError):
                os.read(self._wakeup[0], 4096)
        if control in ready:
            self._obey()

    def _obey(self) -> None:
        try:
            received = self._control.recv(_LINE_BYTES)
        except OSError:
            received = b""
        if not received:
            self._end_all()
            return
        *lines, self._received = (self._received + received).split(b"\n")
        for line in lines:
            order = json.loads(line)
            self._send(int(order["signal"]), main_only=order["to"] == "main")

    def _send(self, number: int, *, main_only: bool) -> None:
        with suppress(ProcessLookupError):
            if main_only:
                if self._main is not None:
                    os.kill(self._main, number)
            elif self._plan.walls.pids:
                os.kill(-1, number)
            else:
                self._send_to_descendants(number)

    def _send_to_descendants(self, number: int) -> None:
        if not PROC.is_dir():
            # Elsewhere than on Linux only those can be reached that stayed in the session.
            os.killpg(self._session, number)
            return
        # Who forks while it is being killed leaves a child that was not yet there.
        for _ in range(100 if number == signal.SIGKILL else 1):
            found = [pid for pid in descendants(os.getpid()) if not _is_dead(pid)]
            for pid in found:
                with suppress(ProcessLookupError, PermissionError):
                    os.kill(pid, number)
            if not found:
                return

    def _end_all(self) -> None:
        self._send(signal.SIGKILL, main_only=False)
        with suppress(ChildProcessError):
            while True:
                os.waitpid(-1, 0)
        os._exit(self._status)

    def _tell(self, **news: object) -> None:
        with suppress(OSError):
            self._control.sendall(json.dumps(news).encode() + b"\n")


def _is_dead(pid: int) -> bool:
    try:
        with open(f"/proc/{pid}/stat", encoding="utf-8", errors="replace") as file:  # noqa: PTH123
            return file.read().rpartition(")")[2].split()[0] in ("Z", "X")
    except (OSError, IndexError):
        return True
