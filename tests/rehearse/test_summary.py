"""From events to what the report shows."""

import pytest

from wherry.rehearse.events import (
    BootStep,
    MemorySample,
    PortBound,
    RequestServed,
    StateChanged,
    StepBegun,
    StepEnded,
)
from wherry.rehearse.record import Record
from wherry.rehearse.rehearsal import Moment, Step
from wherry.rehearse.summary import boots, memory, steps

AT = 1000.0
MIB = 2**20


def record(*events: object) -> Record:
    kept = Record()
    for event in events:
        kept(event)  # type: ignore[arg-type]
    return kept


def test_steps_in_the_order_of_their_beginning() -> None:
    kept = record(
        StepBegun(AT, "push"),
        StepEnded(AT + 1, "push", ok=True),
        StepBegun(AT + 1, "traffic", "found in the project"),
        StepBegun(AT + 2, "restart"),
        StepEnded(AT + 4, "restart", ok=True),
        StepEnded(AT + 5, "traffic", ok=False, detail="broken"),
        StepBegun(AT + 6, "shutdown"),
    )
    assert steps(kept, AT) == (
        Step("push", 0.0, 1.0, ok=True),
        Step("traffic", 1.0, 4.0, ok=False, detail="broken"),
        Step("restart", 2.0, 2.0, ok=True),
    )


def test_a_boot_is_the_first_start_of_a_dyno() -> None:
    kept = record(
        StateChanged(AT, "web.1", "", "starting"),
        BootStep(AT, "web.1", "launched", 0.0),
        BootStep(AT + 1, "web.1", "first output", 1.0),
        BootStep(AT + 2, "web.1", "bound", 2.0),
        PortBound(AT + 2, "web.1", 4000, 4000, "0.0.0.0"),  # noqa: S104 - said, not bound
        StateChanged(AT + 2, "web.1", "starting", "up"),
        RequestServed(AT + 3, "GET", "/", 200, 0.1, dyno="web.1"),
        StateChanged(AT + 9, "web.1", "up", "starting"),
        BootStep(AT + 9, "web.1", "launched", 0.0),
        BootStep(AT + 15, "web.1", "bound", 6.0),
        BootStep(AT, "release.1234", "launched", 0.0),
    )
    (boot,) = boots(kept, {"web": "gunicorn site.wsgi"})
    assert boot.moments == (
        Moment("first output", 1.0),
        Moment("bound", 2.0),
        Moment("first answer", 3.0),
    )
    assert (boot.dyno, boot.state, boot.port) == ("web.1", "up", 4000)
    assert boot.command == "gunicorn site.wsgi"


@pytest.mark.parametrize(("after", "state"), [("crashed", "crashed"), ("", "starting")])
def test_what_did_not_come_up(after: str, state: str) -> None:
    kept = record(BootStep(AT, "web.1", "launched", 0.0))
    if after:
        kept(StateChanged(AT + 1, "web.1", "starting", after))
    assert boots(kept, {})[0].state == state
    assert boots(kept, {})[0].port is None


def test_peaks_stay_however_many_samples_there_are() -> None:
    samples = [
        MemorySample(AT + index * 0.25, "web.1", (900 if index == 777 else 100) * MIB)
        for index in range(20_000)
    ]
    (curve,) = memory(record(*samples), AT, AT + 10)
    assert len(curve.points) <= 1_001
    assert curve.peak_bytes == 900 * MIB
    assert max(point.total_bytes for point in curve.points) == 900 * MIB
    assert curve.idle_bytes == 100 * MIB


def test_of_two_dynos_of_one_name_the_larger_is_shown() -> None:
    samples = []
    for index in range(8):
        samples += [
            MemorySample(AT + index * 0.25, "web.1", 300 * MIB),
            MemorySample(AT + index * 0.25 + 0.1, "web.1", 10 * MIB),
        ]
    (curve,) = memory(record(*samples), AT, None)
    assert {point.total_bytes for point in curve.points} == {300 * MIB}


def test_a_release_has_no_memory_before_requests() -> None:
    kept = record(MemorySample(AT, "release.1", 50 * MIB), MemorySample(AT + 1, "web.1", 40 * MIB))
    first, second = memory(kept, AT, None)
    assert (first.dyno, first.idle_bytes) == ("web.1", 40 * MIB)
    assert (second.dyno, second.idle_bytes) == ("release.1", None)
