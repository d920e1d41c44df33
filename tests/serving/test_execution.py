"""Requests through a model: alone, together, in parts, and in time."""

import threading
import time
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest

from tests import zoo
from tests.serving.waiting import until
from wherry import runtimes
from wherry.errors import DeadlineExceeded, InputTooLarge, InvalidInput, Overloaded, WherryError
from wherry.runtimes.protocol import LoadedModel, LoadOptions
from wherry.serving import execution, measurements
from wherry.serving.admission import Admission
from wherry.serving.execution import Execution
from wherry.serving.room import WaitingRoom
from wherry.tensors import Array, Datatype, Signature, TensorSpec
from wherry.testing import FakeModel

LONG_S = 30.0
DOUBLE = Signature(
    "serving_default",
    (TensorSpec("x", Datatype.FP32, (-1, 2)),),
    (TensorSpec("y", Datatype.FP32, (-1, 2)),),
)


class Gate(FakeModel):
    """Doubles, but holds its first run until it is let go."""

    def __init__(self) -> None:
        super().__init__({DOUBLE.name: DOUBLE}, lambda inputs: {"y": inputs["x"] * 2})
        self.entered = threading.Event()
        self.go = threading.Event()

    @property
    def sizes(self) -> list[int]:
        return [len(call["x"]) for call in self.calls]

    def run(self, signature: str, inputs: Mapping[str, Array]) -> dict[str, Array]:
        self.entered.set()
        assert self.go.wait(LONG_S)
        return super().run(signature, inputs)


def execute(
    loaded: LoadedModel, *, lanes: int = 1, max_batch_size: int = 8, together: int = 0
) -> Execution:
    name = "m"
    admission = Admission(name, lanes=lanes, max_queued=64, room=WaitingRoom(64))
    made = Execution(
        name, loaded, admission, measurements.of(name, "1"), max_batch_size=max_batch_size
    )
    if together:
        made.batch(DOUBLE.name, together, lanes=lanes)
    return made


def ask(subject: Execution, *rows: float, within_s: float = LONG_S) -> list[list[float]]:
    inputs = {"x": np.array([[row, -row] for row in rows], np.float32)}
    answer: list[list[float]] = subject.run(DOUBLE, inputs, time.monotonic() + within_s)[
        "y"
    ].tolist()
    return answer


def queue(
    pool: ThreadPoolExecutor, subject: Execution, *calls: Callable[[], object]
) -> list[object]:
    """Let calls queue up in this order behind a run that is held."""
    results: list[object] = []
    for call in calls:
        waiting = subject.admission.waiting
        results.append(pool.submit(call))
        until(lambda n=waiting: subject.admission.waiting > n)  # type: ignore[misc]
    return results


@pytest.mark.parametrize("together", [0, 8])
def test_a_lone_request_is_run_at_once_as_it_is(together: int) -> None:
    """Whether or not the model's requests are run together."""
    gate = Gate()
    gate.go.set()
    assert ask(execute(gate, together=together), 1.0, 2.0) == [[2.0, -2.0], [4.0, -4.0]]
    assert gate.sizes == [2]


def test_who_came_during_a_run_is_run_together_after_it() -> None:
    """Each gets its own, of one run; items count, not requests; what does not fit is next."""
    gate = Gate()
    subject = execute(gate, together=6)
    with ThreadPoolExecutor(5) as pool:
        first = pool.submit(ask, subject, 1.0)
        assert gate.entered.wait(LONG_S)
        waiting = queue(
            pool,
            subject,
            lambda: ask(subject, 2.0),
            lambda: ask(subject, 3.0, 4.0),
            lambda: ask(subject, 5.0, 6.0, 7.0, 8.0),
            lambda: ask(subject, 9.0),
        )
        gate.go.set()
        assert first.result() == [[2.0, -2.0]]
        answers = [each.result() for each in waiting]  # type: ignore[attr-defined]
    assert answers[0] == [[4.0, -4.0]]
    assert answers[1] == [[6.0, -6.0], [8.0, -8.0]]
    assert answers[2] == [[10.0, -10.0], [12.0, -12.0], [14.0, -14.0], [16.0, -16.0]]
    assert answers[3] == [[18.0, -18.0]]
    assert gate.sizes == [1, 4, 4]
    assert subject.admission.running == 0


def test_requests_of_a_model_that_does_not_batch_are_run_apart() -> None:
    """One after the other, in their order."""
    gate = Gate()
    subject = execute(gate)
    with ThreadPoolExecutor(3) as pool:
        pool.submit(ask, subject, 1.0)
        assert gate.entered.wait(LONG_S)
        queue(pool, subject, lambda: ask(subject, 2.0), lambda: ask(subject, 3.0))
        gate.go.set()
    assert [call["x"][0, 0] for call in gate.calls] == [1.0, 2.0, 3.0]


def test_expired_one_is_not_in_the_batch() -> None:
    """Its work is dropped before the run, and the others' is done."""
    gate = Gate()
    subject = execute(gate, together=8)
    with ThreadPoolExecutor(3) as pool:
        pool.submit(ask, subject, 1.0)
        assert gate.entered.wait(LONG_S)
        expired, patient = queue(
            pool,
            subject,
            lambda: ask(subject, 2.0, within_s=0.05),
            lambda: ask(subject, 3.0),
        )
        assert isinstance(expired.exception(), DeadlineExceeded)  # type: ignore[attr-defined]
        gate.go.set()
        assert patient.result() == [[6.0, -6.0]]  # type: ignore[attr-defined]
    assert [call["x"][:, 0].tolist() for call in gate.calls] == [[1.0], [3.0]]


def test_what_cannot_be_done_in_time_is_not_begun() -> None:
    """A run is known to take a second, and the caller has half of one."""
    gate = Gate()
    subject = execute(gate)
    subject.costs[DOUBLE.name].learn(1, 1.0)
    with pytest.raises(Overloaded, match=r"in about 1\.0 s, and it has") as refused:
        ask(subject, 1.0, within_s=0.5)
    assert refused.value.retry_after_s == 1.0
    with pytest.raises(Overloaded):
        subject.check(DOUBLE.name, time.monotonic() + 0.5)
    subject.check(DOUBLE.name, time.monotonic() + 1.5)
    assert gate.calls == []


def test_expired_one_is_never_run_however_fast_the_model() -> None:
    """Nothing is known of what it takes; that its time is over is."""
    gate = Gate()
    with pytest.raises(Overloaded, match="it has 0 ms"):
        ask(execute(gate), 1.0, within_s=-1.0)
    assert gate.calls == []


def test_a_slow_moment_does_not_close_an_idle_model() -> None:
    """What has been faster may be so again: nobody waits, so it is tried."""
    gate = Gate()
    gate.go.set()
    subject = execute(gate)
    subject.costs[DOUBLE.name].learn(1, 0.001)
    for _ in range(20):
        subject.costs[DOUBLE.name].learn(1, 60.0)
    assert ask(subject, 1.0) == [[2.0, -2.0]]


def test_more_items_than_fit_the_time_are_not_begun_either() -> None:
    """A hundred parts of a second each."""
    gate = Gate()
    subject = execute(gate)
    subject.costs[DOUBLE.name].learn(8, 1.0)
    with pytest.raises(Overloaded, match=r"in about 100\.0 s"):
        ask(subject, *[1.0] * 800)
    assert gate.calls == []


def test_parts_end_with_the_deadline() -> None:
    """What was begun and is too late is a time-out, not a refusal."""
    # One part takes longer than all of them may.
    fake = FakeModel({DOUBLE.name: DOUBLE}, lambda inputs: time.sleep(1.5) or {"y": inputs["x"]})
    subject = execute(fake, max_batch_size=1)
    with pytest.raises(DeadlineExceeded):
        ask(subject, *[1.0] * 100, within_s=1.0)
    assert len(fake.calls) == 1


def test_an_answer_put_together_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    """A few rows of input may have images as answers."""
    monkeypatch.setattr(execution, "MAX_ANSWER_BYTES", 2**20)
    wide = Signature(DOUBLE.name, DOUBLE.inputs, (TensorSpec("y", Datatype.FP32, (-1, 2**17)),))
    fake = FakeModel({wide.name: wide}, lambda inputs: {"y": np.zeros((len(inputs["x"]), 2**17))})
    subject = execute(fake, max_batch_size=1)
    inputs = {"x": np.zeros((9, 2), np.float32)}
    with pytest.raises(InputTooLarge, match="the first 3 fill them"):
        subject.run(wide, inputs, time.monotonic() + LONG_S)
    assert len(fake.calls) == 3


@pytest.fixture(scope="module")
def words(tmp_path_factory: pytest.TempPathFactory) -> LoadedModel:
    """A real model that looks words up and fails on one that it does not have."""
    table = np.arange(40, dtype=np.float32).reshape(10, 4)
    path = zoo.onnx_model(
        tmp_path_factory.mktemp("words") / "words.onnx",
        inputs={"ids": ("INT64", ("batch", "length"))},
        outputs={"y": ("FP32", ("batch", "length", 4))},
        nodes=[("Gather", ["table", "ids"], ["y"], {})],
        constants={"table": table},
    )
    return runtimes.load("onnx", path, LoadOptions(threads=1))


class Held:
    """A real model whose first run is held until it is let go."""

    concurrent = True

    def __init__(self, loaded: LoadedModel) -> None:
        self._loaded = loaded
        self.signatures = loaded.signatures
        self.entered, self.go = threading.Event(), threading.Event()
        self.sizes: list[int] = []

    def run(self, signature: str, inputs: Mapping[str, Array]) -> dict[str, Array]:
        self.entered.set()
        assert self.go.wait(LONG_S)
        self.sizes.append(len(inputs["ids"]))
        return self._loaded.run(signature, inputs)

    def trim(self) -> None: ...

    def close(self) -> None: ...


@pytest.mark.parametrize("bad", [0, 3, 7])
def test_a_bad_item_in_a_batch_of_eight_changes_nobody_elses_answer(
    words: LoadedModel, bad: int
) -> None:
    """Only its sender sees the error; the others' answers are those of a run of their own."""
    held = Held(words)
    subject = execute(held, together=8)
    (signature,) = words.signatures.values()

    def look_up(*ids: int) -> dict[str, Array]:
        inputs = {"ids": np.array([ids], np.int64)}
        return subject.run(signature, inputs, time.monotonic() + LONG_S)

    with ThreadPoolExecutor(9) as pool:
        pool.submit(look_up, 1, 2)
        assert held.entered.wait(LONG_S)
        waiting = queue(
            pool,
            subject,
            *(
                (lambda n=number: look_up(n, 99 if n == bad else 9 - n))  # type: ignore[misc]
                for number in range(8)
            ),
        )
        held.go.set()
        for number, each in enumerate(waiting):
            if number == bad:
                assert isinstance(each.exception(), WherryError)  # type: ignore[attr-defined]
                continue
            ids = {"ids": np.array([[number, 9 - number]], np.int64)}
            np.testing.assert_array_equal(
                each.result()["y"],  # type: ignore[attr-defined]
                words.run(signature.name, ids)["y"],
            )
    assert held.sizes[:2] == [1, 8]


def test_texts_of_other_lengths_are_other_batches(words: LoadedModel) -> None:
    """They cannot be put behind one another; each length goes together."""
    held = Held(words)
    subject = execute(held, together=8)
    (signature,) = words.signatures.values()

    def look_up(*ids: int) -> tuple[int, ...]:
        inputs = {"ids": np.array([ids], np.int64)}
        return subject.run(signature, inputs, time.monotonic() + LONG_S)["y"].shape

    with ThreadPoolExecutor(6) as pool:
        pool.submit(look_up, 1)
        assert held.entered.wait(LONG_S)
        texts = [(1, 2), (1, 2, 3), (3, 4), (4, 5, 6), (5, 6)]
        waiting = queue(
            pool,
            subject,
            *((lambda t=text: look_up(*t)) for text in texts),  # type: ignore[misc]
        )
        held.go.set()
        shapes = [each.result() for each in waiting]  # type: ignore[attr-defined]
    assert shapes == [(1, len(text), 4) for text in texts]
    assert held.sizes == [1, 3, 2]


def test_many_callers_each_get_the_answer_to_their_own_input(tmp_path: Path) -> None:
    """Within 1e-5 of the model asked directly, whatever ran together."""
    loaded = runtimes.load("onnx", zoo.dense(tmp_path / "m.onnx", (2, 64, 2)), LoadOptions())
    (signature,) = loaded.signatures.values()
    subject = execute(loaded, lanes=2, together=16)
    inputs = np.random.default_rng(3).normal(size=(400, 1, 2)).astype(np.float32)

    def call(value: Array) -> Array:
        return subject.run(signature, {"x": value}, time.monotonic() + LONG_S)["y"]

    with ThreadPoolExecutor(16) as pool:
        answers = list(pool.map(call, inputs))
    for value, answer in zip(inputs, answers, strict=True):
        direct = loaded.run(signature.name, {"x": value})["y"]
        np.testing.assert_allclose(answer, direct, rtol=1e-5, atol=1e-5)
    assert (subject.admission.running, subject.admission.waiting) == (0, 0)


def test_a_run_that_is_broken_off_leaves_nobody_waiting() -> None:
    """Whatever ends the thread that ran for them."""

    class Broken(Gate):
        def run(self, signature: str, inputs: Mapping[str, Array]) -> dict[str, Array]:
            outputs = super().run(signature, inputs)
            if len(self.calls) == 2:
                raise KeyboardInterrupt
            return outputs

    gate = Broken()
    subject = execute(gate, together=8)
    with ThreadPoolExecutor(3) as pool:
        pool.submit(ask, subject, 1.0)
        assert gate.entered.wait(LONG_S)
        waiting = queue(pool, subject, lambda: ask(subject, 2.0), lambda: ask(subject, 3.0))
        gate.go.set()
        kinds = {type(each.exception()) for each in waiting}  # type: ignore[attr-defined]
    assert KeyboardInterrupt in kinds
    assert len(kinds) == 2
    assert subject.admission.running == 0


def test_a_request_that_a_model_refuses_is_the_callers_alone(words: LoadedModel) -> None:
    """Unbatched as well; the lane is free again."""
    subject = execute(words)
    (signature,) = words.signatures.values()
    for _ in range(3):
        with pytest.raises(InvalidInput):
            subject.run(signature, {"ids": np.array([[99]], np.int64)}, time.monotonic() + LONG_S)
    assert subject.admission.running == 0
