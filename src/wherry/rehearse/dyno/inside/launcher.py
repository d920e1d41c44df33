"""Make the namespaces of a dyno, start its first process in them, and end it with Wherry.

It is started as ``python -I -S``, which takes a tenth of a second less than one with packages:
whatever it imports is the standard library's, or beside it.
"""

import json
import os
import select
import signal
import socket
from contextlib import suppress
from pathlib import Path
from typing import Final

from wherry.rehearse.dyno.inside.first import First
from wherry.rehearse.dyno.inside.plan import Plan, Walls

_TO_END_S: Final = 10.0


def main(control_fd: int, lifeline_fd: int) -> int:
    """Run one dyno; return its command's status.

    ``control_fd`` is a socket: the plan comes from it, one line, and the first process goes on
    with it. Whoever holds the other end of the pipe ``lifeline_fd`` keeps the dyno alive.
    """
    control = socket.socket(fileno=control_fd)
    plan = Plan.from_json(_read_line(control))
    alive, held = os.pipe()
    try:
        _separate(plan.walls)
        first = os.fork()
    except OSError as error:
        control.sendall(json.dumps({"failed": error.strerror}).encode() + b"\n")
        return 1
    if first == 0:
        os.close(lifeline_fd)
        os.close(alive)
        # Not even what the fork copied may run: no exit handler, no buffered output.
        os._exit(First(plan, control).run())
    control.sendall(json.dumps({"first": first}).encode() + b"\n")
    control.close()
    for descriptor in (held, *plan.groups):
        os.close(descriptor)
    return _stand_by(first, alive, lifeline_fd)


def _read_line(control: socket.socket) -> str:
    received = bytearray()
    while not received.endswith(b"\n"):
        part = control.recv(65536)
        if not part:
            raise SystemExit(1)
        received += part
    return received.decode()


def _separate(walls: Walls) -> None:
    if walls.user_namespace:
        outer, group = os.geteuid(), os.getegid()
        inner = outer if walls.uid is None else walls.uid
        os.unshare(os.CLONE_NEWUSER)
        Path("/proc/self/uid_map").write_text(f"{inner} {outer} 1", "ascii")
        # Whoever maps a group must have given up the right to leave groups.
        Path("/proc/self/setgroups").write_text("deny", "ascii")
        Path("/proc/self/gid_map").write_text(f"{inner} {group} 1", "ascii")
    if walls.pids:
        os.unshare(os.CLONE_NEWPID)


def _stand_by(first: int, alive: int, lifeline_fd: int) -> int:
    """Wait for the first process's end, or for Wherry's, which ends it."""
    nothing = os.open(os.devnull, os.O_RDWR)
    for descriptor in range(3):
        os.dup2(nothing, descriptor)
    ready, _, _ = select.select([alive, lifeline_fd], [], [])
    if alive not in ready:
        # It has seen the same by its socket; without a namespace only it can end the others.
        select.select([alive], [], [], _TO_END_S)
        with suppress(ProcessLookupError):
            os.kill(first, signal.SIGKILL)
    _, status = os.waitpid(first, 0)
    return os.waitstatus_to_exitcode(status) & 0xFF
