"""How granian's I/O thread and the threads that run Python share the CPUs.

On a host of one or two CPUs the I/O thread wakes for each request, and Linux lets who wakes push a
thread off its CPU that has run for longer. The thread of Python then waits, with Python's lock, for
a thread that has one request to pass on, and so on for each request. Under the policy SCHED_BATCH a
thread that wakes waits for its turn instead, finds several requests when it comes, and a request
costs a seventh less CPU time (digits, two processes on 2 CPUs: 10,700 requests/s before, 13,100
so).

A thread inherits its policy from the one that starts it, so that Python's threads, some of which
the I/O thread starts, have to take theirs back.
"""

import contextlib
import os
import threading
from collections.abc import Iterator
from typing import Any

from wherry.django.server.handover import Answerer


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
    """Threads that are started meanwhile wait for their turn when they wake.

    A process that was given another policy than the usual one keeps it in all of its threads.
    """
    ordinary = _is_ordinary()
    if ordinary:
        _set_policy(os.SCHED_BATCH)
    try:
        yield
    finally:
        if ordinary:
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
