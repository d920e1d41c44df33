"""Trials of models that were just loaded: in a quiet moment, in turn, and told."""

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from tests import zoo
from tests.runtimes import tflite
from tests.serving.waiting import until
from wherry.bundle import Bundle, Warmup
from wherry.platforms.heroku import MIB
from wherry.platforms.usage import Usage
from wherry.serving import model as model_module
from wherry.serving import quiet, trials
from wherry.serving.loading import Opened
from wherry.serving.model import ServedModel
from wherry.serving.options import ModelOptions
from wherry.serving.quota import Quota
from wherry.serving.ready import Ready
from wherry.serving.trial import Verdict
from wherry.serving.trials import Subject
from wherry.tensors import Array, Datatype, Signature, TensorSpec
from wherry.testing import FakeModel

NAME = "serving_default"
DOUBLE = Signature(
    NAME,
    (TensorSpec("x", Datatype.FP32, (-1, 2)),),
    (TensorSpec("y", Datatype.FP32, (-1, 2)),),
)


@pytest.fixture(autouse=True)
def no_pauses(monkeypatch: pytest.MonkeyPatch) -> None:
    """A quiet moment comes at once, and no other test's model is being tried."""
    monkeypatch.setattr(quiet, "QUIET_S", 0.001)
    quiet._tasks.clear()
    until(lambda: not quiet._running)


def sleeping(run_s: Callable[[int], float]) -> FakeModel:
    """Make a model that takes so long for so many items."""

    def answer(inputs: dict[str, Array]) -> dict[str, Array]:
        time.sleep(run_s(len(inputs["x"])))
        return {"y": inputs["x"] * 2}

    return FakeModel({NAME: DOUBLE}, answer)


class Tried:
    """A model in memory, tried as if it had just been loaded."""

    def __init__(self, fake: FakeModel, *, bundle: Bundle | None = None, **options: object) -> None:
        self.fake = fake
        self.model = ServedModel("m", ModelOptions(Path("none"), **options))  # type: ignore[arg-type]
        self.model.adopt(bundle or Bundle(Path("none"), Path("none"), "m", "1", "fake"), fake)
        self.verdicts: dict[str, Verdict] = {}
        ready = self.model._ready
        assert ready is not None
        self.ready = ready
        self.subject = Subject("m", ready, self.model.options, 2, self.verdicts.__setitem__)

    def wait(self) -> Verdict:
        trials.later(self.subject)
        until(lambda: NAME in self.verdicts)
        return self.verdicts[NAME]


def test_a_model_that_gains_is_run_together_from_then_on() -> None:
    """It answers as before; what runs take is known."""
    tried = Tried(sleeping(lambda _: 0.004), max_batch_size=4)
    assert tried.wait().size == 4
    assert tried.ready.execution.batching[NAME].size == 4
    assert tried.ready.execution.costs[NAME].least_s(4) is not None
    assert tried.model.predict([[1.0, 2.0]])["y"].tolist() == [[2.0, 4.0]]


def test_a_model_that_does_not_gain_stays_as_it_is() -> None:
    """And says why."""
    tried = Tried(sleeping(lambda items: 0.004 * items))
    assert tried.wait().size == 1
    assert "would not pay here" in tried.verdicts[NAME].reason
    assert tried.ready.execution.batching == {}


def test_the_owners_no_is_not_tried() -> None:
    """Nothing is run."""
    tried = Tried(sleeping(lambda _: 0.004), batching=False)
    trials.later(tried.subject)
    time.sleep(0.05)
    assert tried.fake.calls == []
    assert not tried.verdicts


def test_a_model_known_to_be_fast_is_not_tried() -> None:
    """The verdict is there at once, and no thread was started for it."""
    tried = Tried(sleeping(lambda _: 0.0))
    tried.ready.execution.costs[NAME].learn(1, 1e-5)
    before = threading.active_count()
    trials.later(tried.subject)
    assert "takes only 0.01 ms" in tried.verdicts[NAME].reason
    assert threading.active_count() == before
    assert tried.fake.calls == []


def test_a_model_without_a_batch_axis_is_not_tried() -> None:
    """There is nothing to put together."""
    fixed = Signature(NAME, (TensorSpec("x", Datatype.FP32, (3,)),), DOUBLE.outputs)
    tried = Tried(FakeModel({NAME: fixed}, {"y": [[0.0, 0.0]]}))
    trials.later(tried.subject)
    time.sleep(0.05)
    assert not tried.verdicts


def test_a_model_that_fails_on_what_it_is_tried_with_stays_as_it_is() -> None:
    """Zeros and noise are no sensible input to every model."""

    def refuse(_: object) -> dict[str, Array]:
        raise ValueError("no such word")

    assert Tried(FakeModel({NAME: DOUBLE}, refuse)).wait() == Verdict(
        1, "it could not be tried: no such word"
    )


def test_a_model_that_is_replaced_meanwhile_is_let_go() -> None:
    """Its trial ends with the run that is under way, and the next model's begins."""
    old, new = Tried(sleeping(lambda _: 0.004)), Tried(sleeping(lambda items: 0.004 * items))
    trials.later(old.subject)
    until(lambda: old.fake.calls)
    assert old.model.retire(new.model, timeout_s=30)
    runs = len(old.fake.calls)
    assert new.wait().size == 1
    assert len(old.fake.calls) == runs
    assert not old.verdicts


def test_no_copy_is_made_of_a_model_that_is_gone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A hundred swaps in a row would leave as many trials behind, each of a whole model."""
    path = zoo.dense(tmp_path / "m.onnx", (64, 1024, 1024, 8))
    model = ServedModel("m", ModelOptions(path, threads=1, batching=False))
    model.load()
    ready = model._ready
    assert ready is not None
    told: dict[str, Verdict] = {}
    options = ModelOptions(path, threads=1, batching=True)
    subject = Subject("m", ready, options, 2, told.__setitem__)
    model.close()
    loads: list[str] = []
    monkeypatch.setattr(trials.runtimes, "load", lambda *_: loads.append("loaded"))
    trials.later(subject)
    until(lambda: not quiet._running)
    assert not loads
    assert not told


def test_a_model_whose_file_is_gone_is_not_tried_and_the_next_one_is(
    tmp_path: Path,
) -> None:
    """A folder may be emptied once its model is in memory."""
    path = tflite.dense(tmp_path / "m.tflite", (64, 3000, 3000, 8))
    model = ServedModel("m", ModelOptions(path, threads=1))
    model.load()
    path.unlink()
    until(lambda: model.batching)
    assert list(model.batching.values()) == [
        "its files could not be read for a trial: No such file or directory"
    ]
    model.close()
    assert Tried(sleeping(lambda _: 0.004), max_batch_size=4).wait().size == 4


def test_whatever_ends_one_trial_the_next_is_made(caplog: pytest.LogCaptureFixture) -> None:
    """And the log says which it was."""

    def break_down(_: object) -> dict[str, Array]:
        raise ZeroDivisionError

    trials.later(Tried(FakeModel({NAME: DOUBLE}, break_down)).subject)
    assert Tried(sleeping(lambda _: 0.004), max_batch_size=4).wait().size == 4
    assert "The trial of model 'm' failed." in caplog.text


def test_requests_come_in_between() -> None:
    """The trial waits for its turn as everybody does."""
    tried = Tried(sleeping(lambda _: 0.01), max_batch_size=8)
    trials.later(tried.subject)
    until(lambda: tried.fake.calls)
    for _ in range(5):
        assert tried.model.predict([[1.0, 2.0]])["y"].tolist() == [[2.0, 4.0]]
    until(lambda: tried.verdicts)
    assert tried.verdicts[NAME].size == 8


def test_what_a_trial_needed_is_given_back(monkeypatch: pytest.MonkeyPatch) -> None:
    """When it is over, before its verdict is told."""
    tried = Tried(sleeping(lambda _: 0.004), max_batch_size=4)
    runs_before_trim: list[int] = []
    monkeypatch.setattr(tried.fake, "trim", lambda: runs_before_trim.append(len(tried.fake.calls)))
    tried.wait()
    assert runs_before_trim == [len(tried.fake.calls)]


def test_the_bundles_own_samples_are_what_is_tried() -> None:
    """They are what callers send."""
    sample = {"x": np.array([[5.0, 6.0], [7.0, 8.0]], np.float32)}
    bundle = Bundle(Path("none"), Path("none"), "m", "1", "fake", warmup=(Warmup(NAME, sample),))
    tried = Tried(sleeping(lambda _: 0.002), bundle=bundle, max_batch_size=2)
    assert tried.wait().size == 2
    assert {tuple(row) for call in tried.fake.calls for row in call["x"].tolist()} == {
        (5.0, 6.0),
        (7.0, 8.0),
    }


def test_a_real_model_is_tried_once_it_is_loaded(tmp_path: Path) -> None:
    """Its verdict is a sentence that the model tells whoever asks."""
    path = zoo.dense(tmp_path / "m.onnx", (64, 1024, 1024, 8))
    model = ServedModel("m", ModelOptions(path, threads=1, max_batch_size=4, batching=True))
    model.load()
    until(lambda: model.batching)
    assert model.batching[NAME].startswith("up to ")
    row = np.random.default_rng(0).normal(size=(1, 64)).astype(np.float32)
    assert model.predict(row)["y"].shape == (1, 8)
    model.close()


def test_a_litert_model_is_tried_on_a_copy_of_its_own(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What answers requests is never run with another number of items."""
    path = tflite.dense(tmp_path / "m.tflite", (64, 3000, 3000, 8))
    model = ServedModel("m", ModelOptions(path, threads=1, max_batch_size=4))
    model.load()
    ready = model._ready
    assert ready is not None
    sizes = []
    real = type(ready.loaded).run

    def run(loaded: Any, signature: str, inputs: Any) -> Any:
        if loaded is ready.loaded:
            sizes.append(len(next(iter(inputs.values()))))
        return real(loaded, signature, inputs)

    monkeypatch.setattr(type(ready.loaded), "run", run)
    until(lambda: model.batching)
    assert "2 in " in next(iter(model.batching.values()))  # two items were run, elsewhere
    assert sizes == []
    model.predict(np.zeros((1, 64), np.float32))
    assert sizes == [1]
    model.close()


def test_a_trial_makes_way_for_a_model_that_is_loaded(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its copy is gone by then: neither is measured as a part of the other."""
    copies: list[Ready] = []
    copies_at_load: list[int] = []
    real_copy, real_open = trials._copy, model_module.open_for_serving

    @contextmanager
    def copy(ready: Ready) -> Iterator[trials.Run]:
        copies.append(ready)
        try:
            with real_copy(ready) as run:
                yield run
        finally:
            copies.remove(ready)

    def open_(*arguments: Any, **more: Any) -> Opened:
        copies_at_load.append(len(copies))
        return real_open(*arguments, **more)

    path = zoo.dense(tmp_path / "m.onnx", (64, 3000, 3000, 8))
    first = ServedModel("first", ModelOptions(path, threads=1, max_batch_size=64, batching=True))
    first.load()
    monkeypatch.setattr(trials, "_copy", copy)
    monkeypatch.setattr(model_module, "open_for_serving", open_)
    for _ in range(4):
        until(lambda: copies)
        second = ServedModel("second", ModelOptions(path, threads=1, batching=False))
        second.load()
        second.close()
    assert copies_at_load == [0] * 4
    until(lambda: first.batching)
    assert first.batching[NAME].startswith("up to ")
    first.close()


def test_without_memory_for_a_copy_nothing_is_tried(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """And that is the reason which is told."""
    full = Usage(99 * MIB, 100 * MIB, "cgroup")
    monkeypatch.setattr(trials, "find_quota", lambda _: Quota(lambda: full, lambda: full))
    path = tflite.dense(tmp_path / "m.tflite", (64, 3000, 3000, 8))
    model = ServedModel("m", ModelOptions(path, threads=1, max_batch_size=4))
    model.load()
    until(lambda: model.batching)
    assert list(model.batching.values()) == ["there is no memory for a copy to try it on"]
    model.close()
