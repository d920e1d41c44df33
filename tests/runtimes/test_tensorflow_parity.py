"""Answers equal to Python TensorFlow's, bit for bit."""

import json
import os
import subprocess
from collections.abc import Mapping
from pathlib import Path

import numpy as np
import pytest

from tests.tensorflow_libraries import SAVED_MODELS, libraries, python_with_tensorflow
from wherry.runtimes import load
from wherry.runtimes.protocol import LoadOptions
from wherry.tensors import Array

RNG = np.random.default_rng(21)
WORDS = np.array([b"Django", b"flask", b"HEROKU" * 20])


def normal(*shape: int) -> Array:
    return RNG.standard_normal(shape).astype(np.float32)


QUESTIONS: tuple[tuple[str, str, Mapping[str, Array]], ...] = (
    ("layers", "serving_default", {"image": normal(1, 32, 32, 3)}),
    ("layers", "serving_default", {"image": normal(17, 32, 32, 3)}),
    ("layers", "brain", {"x": normal(9, 12)}),
    ("keras", "serving_default", {"features": normal(33, 8)}),
    ("words", "serving_default", {"words": WORDS}),
    ("words", "parse", {"numbers": np.array([b"1.5", b"-2e10"])}),
    ("shapes", "any_rank", {"x": normal(2, 1, 3, 1)}),
    ("shapes", "positive", {"x": np.array([-1, 5, 0, 7], np.int32)}),
    ("refusals", "embed", {"indices": np.array([0, 9, 4], np.int32)}),
    ("datatypes", "bfloat16", {"x": normal(50, 2) * 1000}),
    ("datatypes", "float16", {"x": normal(4, 2).astype(np.float16)}),
    ("datatypes", "complex64", {"x": normal(4, 2).astype(np.complex64)}),
    ("datatypes", "uint64", {"x": np.array([[0, 2**64 - 1]], np.uint64)}),
    ("tensorflow1", "serving_default", {"x": normal(5, 3)}),
)


@pytest.fixture(scope="module")
def answers(tmp_path_factory: pytest.TempPathFactory) -> list[dict[str, Array]]:
    """Return Python TensorFlow's answers to the questions."""
    folder = tmp_path_factory.mktemp("questions")
    for number, (model, signature, inputs) in enumerate(QUESTIONS):
        asked = {"model": str(SAVED_MODELS / model), "signature": signature}
        (folder / f"{number:02d}.json").write_text(json.dumps(asked))
        np.savez(folder / f"{number:02d}.inputs.npz", **dict(inputs))
    script = Path(__file__).with_name("python_tensorflow.py")
    subprocess.run(
        [str(python_with_tensorflow()), str(script), str(folder)],
        check=True,
        timeout=300,
        env=os.environ | {"TF_CPP_MIN_LOG_LEVEL": "3"},
    )
    found = []
    for path in sorted(folder.glob("*.outputs.npz")):
        with np.load(path) as outputs:
            found.append({name: outputs[name] for name in outputs.files})
    return found


@pytest.mark.parametrize("number", range(len(QUESTIONS)), ids=lambda n: "-".join(QUESTIONS[n][:2]))
def test_answer_equals_python_tensorflows(
    number: int, answers: list[dict[str, Array]], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Equal version, batch and threads: equal bits."""
    monkeypatch.setenv("WHERRY_TENSORFLOW", str(libraries()))
    name, signature, inputs = QUESTIONS[number]
    model = load("tensorflow", SAVED_MODELS / name, LoadOptions(threads=2))
    given = {
        key: value.astype(object) if value.dtype.kind == "S" else value
        for key, value in inputs.items()
    }
    ours = model.run(signature, given)
    model.close()
    assert ours.keys() == answers[number].keys()
    for key, theirs in answers[number].items():
        mine = ours[key].astype("S") if ours[key].dtype == object else ours[key]
        assert mine.dtype.kind == theirs.dtype.kind
        assert mine.shape == theirs.shape
        assert mine.tobytes() == theirs.astype(mine.dtype).tobytes()
