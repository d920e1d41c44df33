"""Counts of those who wait, here and over processes."""

import os
import signal

import pytest

from wherry.serving.queue_counts import COLUMNS, NAME_BYTES, QueueCounts, QueuedHere


def test_a_process_of_its_own_counts_to_the_bound() -> None:
    """And down again."""
    count = QueuedHere()
    assert [count.enter(2) for _ in range(3)] == [True, True, False]
    count.leave()
    assert count.enter(2)
    assert not QueuedHere().enter(0)


class Child:
    """A forked process that enters when it is told to, and says whether it could."""

    def __init__(self, counts: QueueCounts, name: str, most: int) -> None:
        asked, self.ask = os.pipe()
        self.answer, answered = os.pipe()
        self.pid = os.fork()
        if self.pid == 0:
            try:
                count = counts.of(name)
                while order := os.read(asked, 1):
                    if order == b"+":
                        os.write(answered, b"yes" if count.enter(most) else b"no")
                    else:
                        count.leave()
                        os.write(answered, b"left")
            finally:
                os._exit(0)
        os.close(asked)
        os.close(answered)

    def tell(self, order: bytes) -> str:
        os.write(self.ask, order)
        return os.read(self.answer, 10).decode()

    def end(self) -> None:
        os.kill(self.pid, signal.SIGKILL)
        os.waitpid(self.pid, 0)
        os.close(self.ask)
        os.close(self.answer)


def test_the_bound_holds_for_all_processes_together() -> None:
    """What one gives back another may take; another model is counted apart."""
    counts = QueueCounts()
    children = [Child(counts, "m", 3) for _ in range(3)]
    try:
        assert [child.tell(b"+") for child in children] == ["yes"] * 3
        assert [child.tell(b"+") for child in children] == ["no"] * 3
        assert children[0].tell(b"-") == "left"
        assert children[2].tell(b"+") == "yes"
        assert children[1].tell(b"+") == "no"
        assert counts.of("other").enter(1)
    finally:
        for child in children:
            child.end()


def test_a_process_that_is_killed_waits_no_more() -> None:
    """Its successor takes over its row, empty."""
    counts = QueueCounts()
    first = Child(counts, "m", 1)
    assert first.tell(b"+") == "yes"
    first.end()
    successor = Child(counts, "m", 1)
    try:
        assert successor.tell(b"+") == "yes"
    finally:
        successor.end()


@pytest.mark.parametrize("name", ["", "n" * (NAME_BYTES + 1)])
def test_a_name_that_has_no_room_is_counted_here(name: str) -> None:
    """A bound for each process is still a bound."""
    assert isinstance(QueueCounts().of(name), QueuedHere)


def test_more_models_than_there_are_columns_are_counted_here() -> None:
    """The earlier ones are counted over all processes as before."""
    counts = QueueCounts()
    kinds = [type(counts.of(f"m{number}")) for number in range(COLUMNS + 1)]
    assert kinds[0] is not QueuedHere
    assert len(set(kinds[:COLUMNS])) == 1
    assert kinds[COLUMNS] is QueuedHere
    assert type(counts.of("m0")) is kinds[0]
