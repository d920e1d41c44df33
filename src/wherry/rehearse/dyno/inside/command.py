"""Start the dyno's command: its group, its limits, its user, its program."""

import os
import resource
import signal
import sys
from typing import NoReturn

from wherry.rehearse.dyno.inside import kernel
from wherry.rehearse.dyno.inside.plan import Plan


def start(plan: Plan) -> int:
    """Start the command as a child of this process and return its number.

    Raises:
        OSError: it could not be started; the reason is the child's.
    """
    reading, writing = os.pipe()  # closed by a program that starts
    child = os.fork()
    if child == 0:
        os.close(reading)
        _become(plan, writing)
    os.close(writing)
    with os.fdopen(reading, "rb") as pipe:
        failure = pipe.read()
    if failure:
        os.waitpid(child, 0)
        number, _, what = failure.decode("utf-8", "replace").partition(" ")
        raise OSError(int(number), os.strerror(int(number)), what)
    return child


def _become(plan: Plan, failures: int) -> NoReturn:
    try:
        os.setsid()
        for group in plan.groups:
            os.write(group, b"0")
            os.close(group)
        os.chdir(plan.folder)
        _limit(plan)
        if plan.walls.uid is not None and not plan.walls.user_namespace:
            os.setgroups([])
            os.setresgid(*(plan.walls.uid,) * 3)
            os.setresuid(*(plan.walls.uid,) * 3)
        kernel.gain_no_privileges()
        if not plan.walls.pids:
            # Without a namespace the kernel ends only this one by itself.
            kernel.die_with_parent(signal.SIGKILL)
        _forget_signals()
        os.execve(plan.argv[0], plan.argv, dict(plan.environment))  # noqa: S606
    except OSError as error:
        os.write(failures, f"{error.errno or 1} {error.filename or plan.argv[0]}".encode())
    except BaseException as error:  # noqa: BLE001 - a fork must never return to its parent's code
        os.write(failures, f"1 {error}".encode())
    os._exit(126)


def _limit(plan: Plan) -> None:
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    for name, value in plan.limits.items():
        kind = getattr(resource, f"RLIMIT_{name}")
        most = resource.getrlimit(kind)[1]
        if os.geteuid() != 0 and most != resource.RLIM_INFINITY:
            value = min(value, most)
        resource.setrlimit(kind, (value, value))


def _forget_signals() -> None:
    """Give the program the signals as a shell would: Python ignores some."""
    for number in signal.Signals:
        if number not in (signal.SIGKILL, signal.SIGSTOP):
            signal.signal(number, signal.SIG_DFL)
    signal.pthread_sigmask(signal.SIG_SETMASK, ())
    sys.stdout.flush()
