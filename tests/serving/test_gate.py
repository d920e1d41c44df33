"""The gate: who is inside is waited for, who comes late is told."""

import threading

from wherry.serving.gate import Gate


def test_open_gate_lets_in_and_counts() -> None:
    """And is shut at once when nobody is inside."""
    gate = Gate("m")
    assert gate.enter()
    assert gate.inside == 1
    gate.leave()
    assert gate.shut(timeout_s=0)


def test_shut_gate_lets_nobody_in() -> None:
    """Whoever is late goes elsewhere."""
    gate = Gate("m")
    gate.shut(timeout_s=0)
    assert not gate.enter()
    assert gate.inside == 0


def test_shutting_waits_for_who_is_inside() -> None:
    """And for no longer than it is told to."""
    gate = Gate("m")
    gate.enter()
    assert not gate.shut(timeout_s=0.01)
    waited: list[bool] = []
    waiting = threading.Thread(target=lambda: waited.append(gate.shut(timeout_s=30)))
    waiting.start()
    gate.leave()
    waiting.join(30)
    assert waited == [True]


def test_gate_can_be_opened_again() -> None:
    """After a change that was given up."""
    gate = Gate("m")
    gate.enter()
    gate.shut(timeout_s=0)
    gate.open()
    assert gate.enter()
    gate.leave()
    gate.leave()
    assert gate.shut(timeout_s=0)


def test_nobody_is_lost_between_many_threads() -> None:
    """Each either enters and is waited for, or is refused."""
    gate = Gate("m")
    entered, refused = [], []
    start = threading.Barrier(9)

    def come_and_go() -> None:
        start.wait()
        for _ in range(300):
            if gate.enter():
                entered.append(gate.inside)
                gate.leave()
            else:
                refused.append(1)

    threads = [threading.Thread(target=come_and_go) for _ in range(8)]
    for thread in threads:
        thread.start()
    start.wait()
    assert gate.shut(timeout_s=30)
    for thread in threads:
        thread.join()
    assert len(entered) + len(refused) == 2400
    assert gate.inside == 0
