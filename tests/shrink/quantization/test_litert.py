"""LiteRT: float16, dynamic int8 and full int8."""

import numpy as np
import pytest

from wherry.errors import ConversionFailed
from wherry.shrink.candidates import (
    LITERT_DYNAMIC_INT8,
    LITERT_FLOAT16,
    LITERT_FLOAT32,
    LITERT_INT8,
    ONNX_INT8,
    Candidate,
)
from wherry.shrink.quantization.quantize import quantize

from . import models

KINDS = (LITERT_FLOAT16, LITERT_DYNAMIC_INT8, LITERT_INT8)


@pytest.fixture(scope="module")
def quantized(conv, digits, tmp_path_factory):
    work = tmp_path_factory.mktemp("quantized")
    return {kind: quantize(conv, kind, digits, work) for kind in KINDS}


def _accuracy(of, inputs, labels):
    (scores,) = models.answers(of, inputs).values()
    return float((scores.argmax(axis=1) == labels).mean())


@pytest.mark.parametrize(
    ("kind", "smaller", "error"),
    [
        (LITERT_FLOAT16, 0.6, 0.002),
        (LITERT_DYNAMIC_INT8, 0.4, 0.05),
        (LITERT_INT8, 0.4, 0.1),
    ],
)
def test_a_convolutional_network_reads_digits_as_well(
    conv, digits, quantized, kind, smaller, error
):
    made = quantized[kind]
    assert made.kind == kind
    assert made.signatures == conv.signatures
    assert models.ratio(made, conv) < smaller
    assert models.strays(made, conv, dict(digits.inputs)) < error
    exact, rough = (_accuracy(of, dict(digits.inputs), digits.labels) for of in (conv, made))
    assert exact > 0.95
    assert abs(exact - rough) < 0.005


def test_the_dense_model_is_a_quarter_of_its_size(tmp_path):
    dense = models.candidate(models.DENSE, LITERT_FLOAT32)
    images, labels = models.digits()
    large = np.repeat(np.repeat(images, 4, axis=1), 4, axis=2)[:, 2:-2, 2:-2]
    inputs = {"image": np.ascontiguousarray(large).reshape(len(large), 784)}
    made = quantize(dense, LITERT_INT8, models.samples(dense, inputs), tmp_path)
    assert models.ratio(made, dense) <= 0.3
    exact, rough = (_accuracy(of, inputs, labels) for of in (dense, made))
    assert abs(exact - rough) < 0.005


@pytest.mark.parametrize("kind", KINDS)
def test_the_same_input_gives_the_same_bytes(conv, digits, quantized, tmp_path, kind):
    again = quantize(conv, kind, digits, tmp_path)
    assert again.model.read_bytes() == quantized[kind].model.read_bytes()


def test_a_quantized_model_is_refused(digits, quantized, tmp_path):
    made = quantized[LITERT_DYNAMIC_INT8]
    again = Candidate(LITERT_FLOAT32, made.model, made.signatures)
    with pytest.raises(ConversionFailed, match="quantized already"):
        quantize(again, LITERT_INT8, digits, tmp_path)


def test_weights_of_16_bits_become_8_bits(conv, digits, quantized, tmp_path):
    narrow = quantized[LITERT_FLOAT16]
    given = Candidate(LITERT_FLOAT32, narrow.model, narrow.signatures)
    made = quantize(given, LITERT_DYNAMIC_INT8, digits, tmp_path)
    assert models.strays(made, conv, dict(digits.inputs)) < 0.05
    with pytest.raises(ConversionFailed, match="16-bit floats already"):
        quantize(given, LITERT_FLOAT16, digits, tmp_path)


@pytest.mark.parametrize(
    ("name", "inputs"),
    [
        ("strings", {"rows": np.array([b"a", b"b"], object), "index": np.zeros(2, np.int32)}),
        (
            "datatypes",
            {"flag": np.zeros(2, bool), "i64": np.zeros(2, np.int64), "u8": np.zeros(2, np.uint8)},
        ),
    ],
)
@pytest.mark.parametrize("kind", [LITERT_DYNAMIC_INT8, LITERT_INT8])
def test_a_model_without_weights_is_refused_in_a_sentence(tmp_path, name, inputs, kind):
    given = models.candidate(models.FIXTURES / "tflite" / f"{name}.tflite", LITERT_FLOAT32)
    with pytest.raises(ConversionFailed, match="None of the model's operators has weights"):
        quantize(given, kind, models.samples(given, inputs), tmp_path)


def test_a_tiny_model_that_would_grow_is_refused(tmp_path):
    given = models.candidate(models.FIXTURES / "tflite" / "two_signatures.tflite", LITERT_FLOAT32)
    inputs = {"x": np.random.default_rng(0).normal(size=(8, 16)).astype(np.float32)}
    with pytest.raises(ConversionFailed, match=r"It would not be smaller: 3,\d+ bytes as int8"):
        quantize(given, LITERT_INT8, models.samples(given, inputs), tmp_path)


def test_samples_for_other_inputs_are_refused(conv, tmp_path):
    with pytest.raises(ConversionFailed, match="for the inputs"):
        quantize(conv, LITERT_INT8, models.samples(conv, {"x": np.zeros((2, 4))}), tmp_path)


def test_a_kind_of_another_runtime_is_refused(conv, digits, tmp_path):
    with pytest.raises(ConversionFailed, match="litert float32 cannot be made onnx int8"):
        quantize(conv, ONNX_INT8, digits, tmp_path)
