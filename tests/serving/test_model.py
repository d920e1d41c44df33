"""A served model: loaded once, checked, bounded, closed."""

import asyncio
import os
import threading
import time
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest

from tests.pitch import LITERT, ONNX, WINDOW
from wherry import runtimes
from wherry.bundle import Bundle, Warmup, write_bundle
from wherry.errors import (
    BundleError,
    ConfigurationError,
    DeadlineExceeded,
    ExecutionFailed,
    InvalidInput,
    LoadedBeforeFork,
    ModelNotReady,
    Overloaded,
)
from wherry.runtimes.protocol import LoadOptions
from wherry.serving.loading import check_signatures
from wherry.serving.model import ServedModel
from wherry.serving.options import ModelOptions
from wherry.serving.state import State
from wherry.tensors import Array, Datatype, Signature, TensorSpec
from wherry.testing import FakeModel

DOUBLE = Signature(
    "serving_default",
    (TensorSpec("x", Datatype.FP32, (-1, 2)),),
    (TensorSpec("y", Datatype.FP32, (-1, 2)),),
)


def pitch(**options: object) -> ServedModel:
    return ServedModel("pitch", ModelOptions(path=LITERT, **options))  # type: ignore[arg-type]


def doubling(loaded: FakeModel | None = None, **options: object) -> ServedModel:
    model = ServedModel("double", ModelOptions(path=Path("none"), **options))  # type: ignore[arg-type]
    fake = loaded or FakeModel({"serving_default": DOUBLE}, lambda inputs: {"y": inputs["x"] * 2})
    bundle = Bundle(Path("none"), Path("none"), "double", "1", "fake")
    model.adopt(bundle, fake)
    return model


class Gate(FakeModel):
    """A model that answers only once it is let go."""

    def __init__(self) -> None:
        super().__init__({"serving_default": DOUBLE}, lambda inputs: {"y": inputs["x"]})
        self.concurrent = False
        self.entered = threading.Semaphore(0)
        self.go = threading.Event()

    def run(self, signature: str, inputs: Mapping[str, Array]) -> dict[str, Array]:
        self.entered.release()
        assert self.go.wait(30)
        return super().run(signature, inputs)


def test_answers_equal_the_runtime_called_directly() -> None:
    """Bit for bit, with an equal batch and equal threads; several callers change nothing."""
    windows = np.random.default_rng(1).normal(size=(6, 1, WINDOW, 1)).astype(np.float32)
    direct = runtimes.load("litert", LITERT, LoadOptions(threads=1))
    expected = [direct.run("serving_default", {"input_2": window}) for window in windows]
    model = pitch(threads=1)
    with ThreadPoolExecutor(6) as pool:
        answers = list(pool.map(model.predict, windows))
    for got, want in zip(answers, expected, strict=True):
        assert got.keys() == want.keys()
        for name in want:
            np.testing.assert_array_equal(got[name], want[name])
    assert model.requests == 6
    assert len(model.latency) == 6


def test_nothing_is_loaded_before_it_is_asked_for() -> None:
    """Making the object costs nothing: management commands make it too."""
    model = ServedModel("m", ModelOptions(path=Path("does-not-exist.tflite")))
    assert model.state is State.WAITING


def test_loading_measures_itself() -> None:
    """The model's page shows these as they are."""
    model = pitch()
    model.load()
    assert model.state is State.READY
    assert model.reason == "It answers."
    assert model.load_s is not None
    assert model.load_s > 0
    assert model.run_s is not None
    assert model.run_s > 0
    assert model.anonymous_bytes is not None
    assert model.anonymous_bytes > 2**20


def test_callers_that_come_while_it_loads_share_one_copy(monkeypatch: pytest.MonkeyPatch) -> None:
    """Eight first callers load it once."""
    loads = []
    real = runtimes.load
    monkeypatch.setattr(runtimes, "load", lambda *args: loads.append(args) or real(*args))
    model = ServedModel("pitch", ModelOptions(path=ONNX))
    with ThreadPoolExecutor(8) as pool:
        for future in [pool.submit(model.load) for _ in range(8)]:
            future.result()
    assert len(loads) == 1


def test_caller_that_does_not_wait_is_told_that_it_loads() -> None:
    """What a health probe hears in the meantime."""
    model = pitch()
    with model._loading:
        model.state = State.LOADING
        with pytest.raises(ModelNotReady, match="Its weights are being read into memory"):
            model.ensure_loaded(wait=False)


def test_failure_is_remembered_and_said_to_every_caller(tmp_path: Path) -> None:
    """A model that cannot be loaded is not tried again at each request."""
    path = tmp_path / "m.tflite"
    model = ServedModel("m", ModelOptions(path=path))
    for _ in range(2):
        with pytest.raises(BundleError, match="There is no model at"):
            model.predict([1.0])
    assert model.state is State.FAILED
    assert model.reason.startswith("There is no model at")


def test_unexpected_failure_while_loading_is_a_sentence(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """A bug below is logged with its traceback and told without it."""

    def fail(*_: object) -> None:
        raise ZeroDivisionError("oh")

    monkeypatch.setattr(runtimes, "load", fail)
    with pytest.raises(BundleError, match="The model 'pitch' could not be loaded: oh"):
        pitch().load()
    assert "Traceback" in caplog.text


def test_plain_lists_and_arrays_are_answered_alike() -> None:
    """With one input its name may be left out."""
    model = doubling()
    for inputs in ([[1.0, 2.0]], {"x": [[1, 2]]}, np.array([[1.0, 2.0]])):
        answer = model.predict(inputs)
        assert answer["y"].dtype == np.float32
        assert answer["y"].tolist() == [[2.0, 4.0]]


def test_coroutine_answers_alike() -> None:
    """``apredict`` runs in a thread, so that the event loop goes on."""
    assert asyncio.run(doubling().apredict([[1.0, 2.0]]))["y"].tolist() == [[2.0, 4.0]]


def test_unknown_signature_names_those_there_are() -> None:
    """A caller's mistake, with the right names in the answer."""
    with pytest.raises(InvalidInput, match=r"no signature 'train'; it has 'serving_default'"):
        doubling().predict([[1.0, 2.0]], signature="train")


def test_empty_batch_is_refused() -> None:
    """Runtimes differ on what an empty batch does, and some crash."""
    with pytest.raises(InvalidInput, match="it is empty"):
        doubling().predict(np.zeros((0, 2), np.float32))


@pytest.mark.parametrize(("items", "runs"), [(3, [3]), (4, [3, 1]), (7, [3, 3, 1])])
def test_batch_over_the_limit_is_run_in_parts(items: int, runs: list[int]) -> None:
    """The limit is the last size that is run at once; the answer is one."""
    fake = FakeModel({"serving_default": DOUBLE}, lambda inputs: {"y": inputs["x"] * 2})
    values = np.arange(items * 2, dtype=np.float32).reshape(items, 2)
    answer = doubling(fake, max_batch_size=3).predict(values)
    np.testing.assert_array_equal(answer["y"], values * 2)
    assert [len(call["x"]) for call in fake.calls] == runs


def test_inputs_of_different_batch_sizes_are_refused() -> None:
    """Two inputs of one request belong together item by item."""
    pair = Signature("s", (*DOUBLE.inputs, TensorSpec("z", Datatype.FP32, (-1,))), DOUBLE.outputs)
    model = doubling(FakeModel({"s": pair}, lambda inputs: {"y": inputs["x"]}))
    with pytest.raises(InvalidInput, match="'x': 2, 'z': 3"):
        model.predict({"x": np.zeros((2, 2)), "z": np.zeros(3)})


def test_model_without_a_batch_axis_is_answered() -> None:
    """Its first axis is not a number of items, and is not bounded as one."""
    fixed = Signature(
        "s",
        (TensorSpec("x", Datatype.FP32, (100,)),),
        (TensorSpec("y", Datatype.FP32, ()),),
    )
    model = doubling(FakeModel({"s": fixed}, lambda i: {"y": i["x"].sum()}), max_batch_size=1)
    assert model.predict(np.ones(100))["y"] == 100.0


def test_busy_model_refuses_one_more_than_may_wait() -> None:
    """The refusal comes at once, and those who waited are answered."""
    gate = Gate()
    model = doubling(gate, max_queued_requests=1)
    with ThreadPoolExecutor(2) as pool:
        first = pool.submit(model.predict, [[1.0, 1.0]])
        assert gate.entered.acquire(timeout=30)
        second = pool.submit(model.predict, [[2.0, 2.0]])
        deadline = time.monotonic() + 10
        while not model._ready.execution.admission.waiting:  # type: ignore[union-attr]
            assert time.monotonic() < deadline
            time.sleep(0.001)
        with pytest.raises(Overloaded):
            model.predict([[3.0, 3.0]])
        gate.go.set()
        assert first.result()["y"].tolist() == [[1.0, 1.0]]
        assert second.result()["y"].tolist() == [[2.0, 2.0]]


def test_waiting_longer_than_the_time_given_ends_it() -> None:
    """A request that cannot begin in time never begins."""
    gate = Gate()
    model = doubling(gate)
    with ThreadPoolExecutor(1) as pool:
        first = pool.submit(model.predict, [[1.0, 1.0]])
        assert gate.entered.acquire(timeout=30)
        with pytest.raises(DeadlineExceeded):
            model.predict([[2.0, 2.0]], timeout_s=0.01)
        gate.go.set()
        first.result()
    assert len(gate.calls) == 1


def test_model_loaded_before_a_fork_is_an_error_in_the_child() -> None:
    """A sentence instead of a hang; the parent goes on."""
    model = doubling()
    read_end, write_end = os.pipe()
    pid = os.fork()
    if pid == 0:
        try:
            model.predict([[1.0, 2.0]])
        except LoadedBeforeFork as error:
            os.write(write_end, str(error).encode())
        finally:
            os._exit(0)
    os.close(write_end)
    with os.fdopen(read_end, "rb") as pipe:
        message = pipe.read().decode()
    assert os.waitpid(pid, 0)[1] == 0
    assert f"was loaded in process {os.getpid()}, before this one was forked" in message
    assert model.predict([[1.0, 2.0]])["y"].tolist() == [[2.0, 4.0]]


def test_closed_model_refuses() -> None:
    """Closing is final."""
    model = doubling()
    model.close()
    with pytest.raises(ModelNotReady):
        model.predict([[1.0, 2.0]])


def test_hooks_come_before_and_after() -> None:
    """What the caller sends and gets is the hooks' business; the model sees tensors."""
    model = doubling(
        preprocess=lambda text: {"x": [[float(part) for part in text.split()]]},
        postprocess=lambda outputs: outputs["y"].sum().item(),
    )
    assert model.predict("1 2") == 6.0


def test_value_error_of_preprocess_is_the_callers_mistake() -> None:
    """Other errors are the project's own."""
    model = doubling(preprocess=float)
    with pytest.raises(InvalidInput, match="could not convert string to float"):
        model.predict("many")
    model = doubling(preprocess=lambda _: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        model.predict("many")


@pytest.mark.parametrize("path", ["nowhere.at_all", "os.path", "os.no_such_function", "plain"])
def test_hook_that_cannot_be_imported_is_said(path: str) -> None:
    """With the setting to look at."""
    model = pitch(preprocess=path)
    with pytest.raises(ConfigurationError, match="Check the dotted path in WHERRY"):
        model.load()


def test_warm_up_sample_that_fails_refuses_the_bundle(tmp_path: Path) -> None:
    """A bundle whose own sample does not run would not answer its callers either."""
    loaded = runtimes.load("litert", LITERT, LoadOptions())
    write_bundle(
        tmp_path / "pitch",
        model=LITERT,
        name="pitch",
        runtime="litert",
        signatures=loaded.signatures,
        warmup=[Warmup("serving_default", {"input_2": np.zeros((1, 7, 1), np.float32)})],
    )
    with pytest.raises(BundleError, match="The warm-up sample for 'serving_default' fails"):
        ServedModel("pitch", ModelOptions(path=tmp_path / "pitch")).load()


def test_model_that_dislikes_zeros_is_served_all_the_same(tmp_path: Path) -> None:
    """Made-up warm-up inputs prove nothing about the model."""

    class Picky(FakeModel):
        def run(self, signature: str, inputs: Mapping[str, Array]) -> dict[str, Array]:
            if not inputs["x"].any():
                raise ExecutionFailed("all zeros")
            return super().run(signature, inputs)

    from wherry.serving.warmup import warm_up

    picky = Picky({"serving_default": DOUBLE}, {"y": [[1.0, 1.0]]})
    bundle = Bundle(tmp_path, tmp_path, "picky", "1", "fake")
    assert warm_up(picky, bundle, picky.signatures) is None


def test_manifest_that_agrees_or_narrows_is_accepted() -> None:
    """It may fix an open size, and leave signatures and outputs out."""
    narrowed = Signature(
        "serving_default", (TensorSpec("x", Datatype.FP32, (4, 2)),), (DOUBLE.outputs[0],)
    )
    check_signatures({"serving_default": DOUBLE}, {"serving_default": DOUBLE, "other": DOUBLE})
    check_signatures({"serving_default": narrowed}, {"serving_default": DOUBLE})


@pytest.mark.parametrize(
    ("spec", "words"),
    [
        (TensorSpec("z", Datatype.FP32, (-1, 2)), r"inputs of 'serving_default' are \['z'\]"),
        (TensorSpec("x", Datatype.INT8, (-1, 2)), r"'x' of 'serving_default' is INT8"),
        (TensorSpec("x", Datatype.FP32, (-1, 3)), r"the model says FP32 \(-1, 2\)"),
        (TensorSpec("x", Datatype.FP32, (-1,)), r"is FP32 \(-1,\)"),
        (TensorSpec("x", Datatype.FP32, None), r"is FP32 None"),
    ],
)
def test_manifest_that_contradicts_the_model_is_refused(spec: TensorSpec, words: str) -> None:
    """Names, datatypes and shapes are the model's; the manifest only writes them down."""
    stated = Signature("serving_default", (spec,), DOUBLE.outputs)
    with pytest.raises(BundleError, match=words):
        check_signatures({"serving_default": stated}, {"serving_default": DOUBLE})


def test_manifest_with_an_unknown_signature_is_refused() -> None:
    """A signature that the model does not have cannot be called."""
    with pytest.raises(BundleError, match=r"lists a signature 'encode' that the model does not"):
        check_signatures({"encode": DOUBLE}, {"serving_default": DOUBLE})
