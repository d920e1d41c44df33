"""Tensors that lie in a request's body begin where its header ends: at any byte."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from tests import zoo
from tests.runtimes import tflite
from tests.tensorflow_libraries import SAVED_MODELS, libraries
from wherry.runtimes import litert, load
from wherry.runtimes.protocol import LoadedModel, LoadOptions
from wherry.tensors import Array

FIXTURES = Path(__file__).parents[1] / "fixtures" / "tflite"


def _litert(name: str) -> Callable[[Path], LoadedModel]:
    return lambda _: load("litert", FIXTURES / f"{name}.tflite", LoadOptions())


def _shared(folder: Path) -> LoadedModel:
    path = tflite.dense(folder / "m.tflite", (16, 8))
    litert.keep_weights(path, folder, LoadOptions(), [])
    return litert.load_with_weights(path, folder, LoadOptions())


def _onnx(folder: Path) -> LoadedModel:
    return load("onnx", zoo.dense(folder / "m.onnx", (16, 8)), LoadOptions())


def _bfloat16(folder: Path) -> LoadedModel:
    return load("onnx", zoo.identity(folder / "m.onnx", "BF16"), LoadOptions())


def _tensorflow(_: Path) -> LoadedModel:
    return load("tensorflow", SAVED_MODELS / "keras", LoadOptions())


@pytest.mark.parametrize(
    "make", [_litert("dense"), _litert("dense_int8"), _shared, _onnx, _bfloat16, _tensorflow]
)
def test_every_runtime_answers_them_as_any_others(
    make: Callable[[Path], LoadedModel], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Bit for bit, at each offset, with answers in between to inputs that are aligned."""
    monkeypatch.setenv("WHERRY_TENSORFLOW", str(libraries("2.21")))
    model = make(tmp_path)
    name, signature = next(iter(model.signatures.items()))
    (given,) = signature.inputs
    assert given.shape is not None
    shape = [2 if size == -1 else size for size in given.shape]
    for offset in range(4):
        rows: Array = np.random.default_rng(offset).standard_normal(shape, np.float32)
        raw = np.frombuffer(b"\0" * offset + rows.tobytes(), np.float32, offset=offset)
        assert raw.flags.aligned == (offset == 0)
        expected = model.run(name, {given.name: rows})
        found = model.run(name, {given.name: raw.reshape(shape)})
        for output, array in expected.items():
            assert found[output].tobytes() == array.tobytes()
    model.close()


def _moved(array: Array) -> Array:
    return np.frombuffer(b"\0" + array.tobytes(), array.dtype, offset=1).reshape(array.shape)


def test_scalars_second_subgraphs_and_integers_too() -> None:
    """LiteRT's tensors are written in place, whatever their shape and datatype."""
    two = load("litert", FIXTURES / "two_signatures.tflite", LoadOptions())
    inputs = {"x": np.ones((3, 16), np.float32), "scale": np.array(2.5, np.float32)}
    expected = two.run("embed", inputs)
    found = two.run("embed", {name: _moved(array) for name, array in inputs.items()})
    assert all(np.array_equal(found[name], array) for name, array in expected.items())
    numbers = load("litert", FIXTURES / "datatypes.tflite", LoadOptions())
    given = {"flag": np.array([True]), "i64": np.array([2**60 + 1]), "u8": np.array([7], np.uint8)}
    answer = numbers.run("serving_default", {name: _moved(array) for name, array in given.items()})
    assert answer["i64"].tolist() == [2**61 + 2]
