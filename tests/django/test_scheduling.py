"""Threads that granian starts wait for their turn; those that run Python do not."""

import ctypes
import os
import platform
import struct
import threading
from typing import Any

import pytest

from wherry.django.server.scheduling import TURN_NS, impatient, patient_threads

pytestmark = pytest.mark.skipif(
    not hasattr(os, "sched_setscheduler"), reason="only Linux has these policies"
)


def policy() -> int:
    return os.sched_getscheduler(0)


def turn_ns() -> int:
    """Return how long this thread's turns are; 0 where Linux does not tell."""
    number = {"x86_64": 315, "aarch64": 275}[platform.machine()]
    attributes = ctypes.create_string_buffer(48)
    assert ctypes.CDLL(None).syscall(number, 0, attributes, 48, 0) == 0
    runtime_ns: int = struct.unpack("=IIQiIQQQ", attributes.raw)[5]
    return runtime_ns


def in_a_thread(started_by: Any) -> int:
    """Return the policy that ``started_by``'s thread sees in the end."""
    seen: list[int] = []
    thread = threading.Thread(target=lambda: seen.append(started_by()))
    thread.start()
    thread.join()
    return seen[0]


def test_threads_that_are_started_meanwhile_wait_for_their_turn() -> None:
    """And the one that started them does not, afterwards."""
    with patient_threads():
        assert in_a_thread(policy) == os.SCHED_BATCH
    assert policy() == os.SCHED_OTHER
    assert in_a_thread(policy) == os.SCHED_OTHER


def test_a_thread_that_runs_python_has_the_usual_policy() -> None:
    """Whoever started it, from its first request on; each thread for itself."""
    seen: list[int] = []
    answer = impatient(lambda _, __: seen.append(policy()))

    def asked_twice() -> int:
        answer(None, {})
        answer(None, {})
        return policy()

    with patient_threads():
        assert in_a_thread(asked_twice) == os.SCHED_OTHER
        assert in_a_thread(asked_twice) == os.SCHED_OTHER
    assert seen == [os.SCHED_OTHER] * 4


def test_a_process_that_was_given_another_policy_keeps_it() -> None:
    """``chrt --batch 0 wherry serve ...`` says what its owner wants of all its threads."""
    seen: list[int] = []

    def given() -> int:
        os.sched_setscheduler(0, os.SCHED_BATCH, os.sched_param(0))
        answer = impatient(lambda _, __: seen.append(policy()))
        with patient_threads():
            seen.append(in_a_thread(policy))
        answer(None, {})
        return policy()

    assert in_a_thread(given) == os.SCHED_BATCH
    assert seen == [os.SCHED_BATCH, os.SCHED_BATCH]


@pytest.mark.skipif(platform.machine() not in ("x86_64", "aarch64"), reason="other numbers there")
def test_its_threads_have_short_turns_which_are_kept_with_the_usual_policy() -> None:
    """And the niceness that they were given; whoever started them has the usual turns."""
    usual_ns = turn_ns()
    if not usual_ns:
        pytest.skip("Linux has turns of a thread's own from 6.12 on")
    answer = impatient(lambda _, __: None)

    def asked() -> int:
        answer(None, {})
        return turn_ns()

    def nice() -> int:
        os.setpriority(os.PRIO_PROCESS, threading.get_native_id(), 5)
        with patient_threads():
            assert in_a_thread(turn_ns) == TURN_NS
        assert turn_ns() == usual_ns
        return os.getpriority(os.PRIO_PROCESS, threading.get_native_id())

    with patient_threads():
        assert in_a_thread(asked) == TURN_NS
    assert turn_ns() == usual_ns
    assert in_a_thread(nice) == 5
