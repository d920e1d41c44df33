"""Basic Pitch's own files, through two runtimes."""

import importlib.util
from pathlib import Path

import numpy as np
import pytest

from wherry.runtimes import load
from wherry.runtimes.protocol import LoadOptions


@pytest.fixture(scope="module")
def published() -> Path:
    """Return the folder of the files that the basic-pitch wheel carries."""
    spec = importlib.util.find_spec("basic_pitch")
    assert spec is not None
    assert spec.origin is not None
    return Path(spec.origin).parent / "saved_models" / "icassp_2022"


def test_litert_and_onnx_runtime_agree_on_basic_pitch(published: Path) -> None:
    """The same three outputs within 1e-5, matched by shape: the files name them differently."""
    litert = load("litert", published / "nmp.tflite", LoadOptions())
    onnx = load("onnx", published / "nmp.onnx", LoadOptions())
    window = np.random.default_rng(1).standard_normal((2, 43844, 1)).astype(np.float32) * 0.1
    answers = []
    for model in (litert, onnx):
        (signature,) = model.signatures.values()
        answers.append(model.run(signature.name, {signature.inputs[0].name: window}))
    names = {"contour": "StatefulPartitionedCall:0", "note": "StatefulPartitionedCall:1"}
    names["onset"] = "StatefulPartitionedCall:2"
    for short, long in names.items():
        ours, theirs = answers[0][short], answers[1][long]
        assert np.ptp(ours) > 0.01
        np.testing.assert_allclose(ours, theirs, rtol=0, atol=1e-5)
