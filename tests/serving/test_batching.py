"""Batches: merged and parted again, isolated where they fail, waited for only where it pays."""

import time

import numpy as np
import pytest

from wherry.errors import ExecutionFailed, InvalidInput
from wherry.serving.batching import Batching, group_of, merge, part, run_together
from wherry.serving.waiting import Waiter
from wherry.tensors import Array, Datatype, Signature, TensorSpec

FIXED_S = 0.004
SIGNATURE = Signature(
    "s",
    (TensorSpec("ids", Datatype.INT64, (-1, -1)), TensorSpec("by", Datatype.FP32, (-1,))),
    (TensorSpec("y", Datatype.FP32, (-1,)),),
)


def request(*ids: int) -> Waiter:
    inputs = {"ids": np.array([ids]), "by": np.ones(1, np.float32)}
    return Waiter(time.monotonic() + 30, inputs=inputs, items=1)


def total(inputs: dict[str, Array]) -> dict[str, Array]:
    """Answer sums, and refuse a batch that holds a negative number, as a runtime would."""
    if (inputs["ids"] < 0).any():
        raise InvalidInput("an index is out of range")
    return {"y": inputs["ids"].sum(axis=1) * inputs["by"]}


class Learned(list[int]):
    def __call__(self, items: int, _: float) -> None:
        self.append(items)


def test_each_gets_its_own_of_one_run() -> None:
    """One run of all items, however they are spread over the requests."""
    three = Waiter(
        0.0, inputs={"ids": np.array([[1, 1], [2, 2], [3, 3]]), "by": np.ones(3)}, items=3
    )
    waiters, learned = [request(5, 5), three, request(7, 7)], Learned()
    assert run_together(waiters, total, learned)
    assert [waiter.outputs["y"].tolist() for waiter in waiters if waiter.outputs] == [
        [10.0],
        [2.0, 4.0, 6.0],
        [14.0],
    ]
    assert learned == [5]
    assert all(waiter.run_s > 0 and waiter.ran_from > 0 for waiter in waiters)


@pytest.mark.parametrize("bad", range(8))
def test_one_bad_item_of_eight_fails_alone(bad: int) -> None:
    """Whichever it is: the others have the answers that they would have had alone."""
    waiters = [request(number, number) for number in range(8)]
    waiters[bad].inputs["ids"] = np.array([[-1, 1]])
    learned = Learned()
    assert not run_together(waiters, total, learned)
    for number, waiter in enumerate(waiters):
        if number == bad:
            assert isinstance(waiter.error, InvalidInput)
            assert waiter.outputs is None
        else:
            assert waiter.error is None
            assert waiter.outputs is not None
            assert waiter.outputs["y"].tolist() == [2.0 * number]
    # Halves, quarters and a single one; those with the bad one in them are not learned from.
    assert sorted(learned) == [1, 2, 4]


def test_all_bad_items_fail_each_with_an_error_of_its_own() -> None:
    """No error is raised in two threads at once."""
    waiters = [request(-1), request(-2)]
    run_together(waiters, total, Learned())
    assert len({id(waiter.error) for waiter in waiters}) == 2
    assert all(isinstance(waiter.error, InvalidInput) for waiter in waiters)


def test_outputs_that_are_not_one_for_each_item_are_never_given_away() -> None:
    """A model that answers with a mean over the batch is run for each request alone."""
    calls = []

    def mean(inputs: dict[str, Array]) -> dict[str, Array]:
        calls.append(len(inputs["ids"]))
        return {"y": inputs["ids"].mean(axis=(0, 1), keepdims=True)[0]}

    waiters = [request(2), request(4)]
    assert not run_together(waiters, mean, Learned())
    assert [waiter.outputs["y"].tolist() for waiter in waiters if waiter.outputs] == [[2.0], [4.0]]
    assert calls == [2, 1, 1]


def test_parts_are_as_large_as_what_was_merged() -> None:
    """Strings and numbers alike; a single request is passed on as it is."""
    texts = {"t": np.array([b"a", b"bc"], object)}
    assert merge([texts]) is texts
    merged = merge([texts, {"t": np.array([b"d"], object)}])
    assert merged["t"].tolist() == [b"a", b"bc", b"d"]
    assert [each["t"].tolist() for each in part(merged, [2, 1])] == [[b"a", b"bc"], [b"d"]]
    with pytest.raises(ExecutionFailed, match=r"4 items with an output 't' of shape \[3\]"):
        part(merged, [2, 2])


def test_requests_of_one_group_differ_in_their_first_axis_only() -> None:
    """Texts of other lengths, say, go into another batch."""

    def group(*shape: int) -> object:
        return group_of(SIGNATURE, {"ids": np.zeros(shape), "by": np.zeros(shape[:1])})

    assert group(1, 5) == group(3, 5)
    assert group(1, 5) != group(1, 6)


class Clients:
    """Requests on a clock of their own."""

    def __init__(self) -> None:
        self.batching = Batching(16, FIXED_S)
        self.now = 100.0

    def come(self, count: int, every_s: float) -> None:
        for _ in range(count):
            self.now += every_s
            self.batching.arrived(1, self.now)

    def go(self, count: int) -> None:
        for _ in range(count):
            self.batching.answered(1)


def test_nobody_waits_for_a_single_client() -> None:
    """It asks again when it has its answer, and is alone each time."""
    clients = Clients()
    for _ in range(50):
        clients.come(1, FIXED_S * 1.5)
        assert clients.batching.expected(lanes=2)[1] == 0.0
        clients.go(1)


def test_nobody_waits_where_requests_are_further_apart_than_a_run_takes() -> None:
    """Several slow clients: each is answered before the next comes."""
    clients = Clients()
    for _ in range(50):
        clients.come(2, FIXED_S)
        assert clients.batching.expected(lanes=2)[1] == 0.0
        clients.go(2)


def test_eight_busy_clients_are_waited_for_once_they_are_known() -> None:
    """Those who have just been answered come back: so many, and no longer than the fixed part."""
    clients = Clients()
    for _ in range(20):
        clients.come(8, FIXED_S / 20)
        clients.go(8)
    clients.come(3, FIXED_S / 20)
    expected, wait_s = clients.batching.expected(lanes=2)
    assert 3 <= expected <= 5
    assert wait_s == FIXED_S


def test_nobody_is_expected_when_all_are_here() -> None:
    """The last one to come does not wait."""
    clients = Clients()
    for _ in range(20):
        clients.come(8, FIXED_S / 20)
        clients.go(8)
    clients.come(8, FIXED_S / 20)
    assert clients.batching.expected(lanes=2)[0] <= 0


def test_waiting_in_vain_is_given_up_and_tried_again_after_a_pause() -> None:
    """Company shortens or lengthens the patience."""
    clients = Clients()
    for _ in range(20):
        clients.come(8, FIXED_S / 20)
        clients.go(8)
    clients.batching.waited(company=False)
    assert clients.batching.expected(lanes=2)[1] == FIXED_S / 2
    clients.batching.waited(company=True)
    assert clients.batching.expected(lanes=2)[1] == FIXED_S
    for _ in range(5):
        clients.batching.waited(company=False)
    assert clients.batching.expected(lanes=2) == (0, 0.0)
    clients.come(1, 10.0)
    assert clients.batching.expected(lanes=2) == (0, 0.0)
    clients.go(1)
    for _ in range(20):
        clients.come(8, FIXED_S / 20)
        clients.go(8)
    assert clients.batching.expected(lanes=2)[1] == FIXED_S


def test_a_model_without_a_fixed_part_never_waits() -> None:
    """There is nothing to be shared."""
    batching = Batching(16, 0.0)
    for number in range(50):
        batching.arrived(1, number * 1e-6)
    assert batching.expected(lanes=2)[1] == 0.0
