"""A server as a child of the rehearsal: unprivileged, and never left behind."""

import ctypes
import os
import pwd
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Final

_PR_SET_PDEATHSIG: Final = 1  # linux/prctl.h
_LOOK_S: Final = 0.02
_END_S: Final = 10.0


@dataclass(frozen=True, slots=True)
class Account:
    """Whom a server runs as, where this process may choose."""

    uid: int
    gid: int


def account(*names: str) -> Account | None:
    """Return the first of these users that exists, where this process is root; else None."""
    if os.geteuid() != 0:
        return None
    for name in (*names, "nobody"):
        try:
            found = pwd.getpwnam(name)
        except KeyError:
            continue
        return Account(found.pw_uid, found.pw_gid)
    return None


def private_folder(folder: Path, name: str, owner: Account | None) -> Path:
    """Make a folder that only the server may read."""
    path = folder / name
    path.mkdir(mode=0o700)
    if owner is not None:
        os.chown(path, owner.uid, owner.gid)
    return path


def free_port() -> int:
    """Return a port of this machine that nothing listens at."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def run(command: Sequence[str], owner: Account | None, cwd: Path, timeout_s: float) -> bool:
    """Run a command to its end; return whether it went well."""
    try:
        ended = subprocess.run(
            command,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            timeout=timeout_s,
            check=False,
            cwd=cwd,
            env=_environment(cwd),
            user=None if owner is None else owner.uid,
            group=None if owner is None else owner.gid,
            extra_groups=None if owner is None else (),
        )
    except (OSError, subprocess.TimeoutExpired):
        return False
    return ended.returncode == 0


def start(
    command: Sequence[str],
    owner: Account | None,
    cwd: Path,
    *,
    stack: ExitStack,
    ready: Callable[[], bool],
    end_by: signal.Signals,
    timeout_s: float,
) -> bool:
    """Start a server that ``stack`` ends, and the kernel where this process dies before.

    Returns:
        Whether it was ready in time; where not, it is ended at once.
    """
    process = subprocess.Popen(
        command,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        cwd=cwd,
        env=_environment(cwd),
        start_new_session=True,
        preexec_fn=_die_with_parent(end_by),
        user=None if owner is None else owner.uid,
        group=None if owner is None else owner.gid,
        extra_groups=None if owner is None else (),
    )
    stack.callback(_end, process, end_by)
    deadline = time.monotonic() + timeout_s
    while time.monotonic() < deadline:
        if process.poll() is not None:
            return False
        if ready():
            return True
        time.sleep(_LOOK_S)
    _end(process, end_by)
    return False


def answers(port: int) -> bool:
    """Whether something takes connections there."""
    with socket.socket() as probe:
        probe.settimeout(1.0)
        return probe.connect_ex(("127.0.0.1", port)) == 0


def program(*places: str) -> str | None:
    """Return the first of these programs that is installed."""
    return next((found for place in places if (found := shutil.which(place))), None)


def _environment(cwd: Path) -> Mapping[str, str]:
    return {"PATH": os.environ.get("PATH", os.defpath), "HOME": str(cwd), "LC_ALL": "C"}


def _die_with_parent(by: signal.Signals) -> Callable[[], None] | None:
    if sys.platform != "linux":
        return None
    prctl = ctypes.CDLL(None).prctl

    def ask() -> None:
        prctl(_PR_SET_PDEATHSIG, by)

    return ask


def _end(process: subprocess.Popen[bytes], by: signal.Signals) -> None:
    if process.poll() is None:
        process.send_signal(by)
        try:
            process.wait(_END_S)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
