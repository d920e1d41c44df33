"""How granian's I/O thread and the threads that run Python share the CPUs.

On a host of one or two CPUs the I/O thread wakes for each request, and Linux lets who wakes push a
thread off its CPU that has run for longer. The thread of Python then waits, with Python's lock, for
a thread that has one request to pass on, and so on for each request. Under the policy SCHED_BATCH a
thread that wakes waits for its turn instead, finds several requests when it comes, and a request
costs a seventh less CPU time (digits, two processes on 2 CPUs: 10,700 requests/s before, 13,100
so).

A turn of a model's computing, usually 1.4 ms and more, is long for who has only to take a body
in and say no, and who needs several turns for it. All these threads ask for short turns, which
costs nothing measurable and which Linux heeds from 6.12 on (600 KB bodies at five times what could
be answered: refused after 11 ms in nine of ten cases before, 7 ms so, another page's p99 14 and 9).

A thread inherits both from the one that starts it, so that Python's threads, which the I/O thread
starts, have to take the usual policy back.
"""

import contextlib
import ctypes
import os
import platform
import struct
import threading
from collections.abc import Iterator
from typing import Any, Final

from wherry.django.server.handover import Answerer

TURN_NS: Final = 200_000
# No library has a function for it everywhere; the numbers are Linux's own.
_SCHED_SETATTR: Final = {"x86_64": 314, "aarch64": 274}
# struct sched_attr: size, policy, flags, nice, priority, runtime, deadline, period.
_ATTRIBUTES: Final = struct.Struct("=IIQiIQQQ")


def _is_ordinary() -> bool:
    """Whether this process has the usual policy, which an owner may have chosen otherwise."""
    try:
        return os.sched_getscheduler(0) == os.SCHED_OTHER
    except (AttributeError, OSError):  # not Linux, or a sandbox
        return False


class _Thread(threading.local):
    settled = False


@contextlib.contextmanager
def patient_threads() -> Iterator[None]:
    """Threads that are started meanwhile wait for their turn when they wake, and have short ones.

    A process that was given another policy than the usual one keeps it in all of its threads.
    """
    ordinary = _is_ordinary()
    if ordinary:
        _set_policy(os.SCHED_BATCH)
        _set_turn(os.SCHED_BATCH, TURN_NS)
    try:
        yield
    finally:
        if ordinary:
            _set_turn(os.SCHED_OTHER, 0)
            _set_policy(os.SCHED_OTHER)


def impatient(answer: Answerer) -> Answerer:
    """Give each thread that calls this the usual policy, whoever started it.

    To be called before ``patient_threads``, in a process that has that policy itself.
    """
    if not _is_ordinary():
        return answer
    thread = _Thread()

    def settled_answer(proto: Any, scope: dict[str, Any]) -> None:
        if not thread.settled:
            _set_policy(os.SCHED_OTHER)
            thread.settled = True
        answer(proto, scope)

    return settled_answer


def _set_policy(policy: int) -> None:
    # What a sandbox does not allow is only a little slower without.
    with contextlib.suppress(OSError):
        os.sched_setscheduler(0, policy, os.sched_param(0))


def _set_turn(policy: int, turn_ns: int) -> None:
    """Ask for turns of this length, 0 for the usual one; a kernel that has none ignores it."""
    number = _SCHED_SETATTR.get(platform.machine())
    if number is None:
        return
    nice = os.getpriority(os.PRIO_PROCESS, 0)
    attributes = _ATTRIBUTES.pack(_ATTRIBUTES.size, policy, 0, nice, 0, turn_ns, 0, 0)
    ctypes.CDLL(None).syscall(number, 0, attributes, 0)
