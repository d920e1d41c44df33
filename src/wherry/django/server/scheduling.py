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

_POSSIBLE = hasattr(os, "sched_setscheduler")


class _Thread(threading.local):
    settled = False


@contextlib.contextmanager
def patient_threads() -> Iterator[None]:
    """Threads that are started meanwhile wait for their turn when they wake."""
    _set_policy(patient=True)
    try:
        yield
    finally:
        _set_policy(patient=False)


def impatient(answer: Answerer) -> Answerer:
    """Give each thread that calls this the usual policy, whoever started it."""
    thread = _Thread()

    def settled_answer(proto: Any, scope: dict[str, Any]) -> None:
        if not thread.settled:
            _set_policy(patient=False)
            thread.settled = True
        answer(proto, scope)

    return settled_answer


def _set_policy(*, patient: bool) -> None:
    # What a sandbox does not allow is only a little slower without.
    if _POSSIBLE:
        with contextlib.suppress(OSError):
            policy = os.SCHED_BATCH if patient else os.SCHED_OTHER
            os.sched_setscheduler(0, policy, os.sched_param(0))
