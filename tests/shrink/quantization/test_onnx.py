"""ONNX int8: dynamic, or with ranges from the samples."""

import numpy as np
import pytest

from wherry.errors import ConversionFailed
from wherry.shrink.candidates import ONNX_FLOAT32, ONNX_INT8, Candidate
from wherry.shrink.quantization.quantize import quantize

from . import models


@pytest.fixture(scope="module")
def image(tmp_path_factory):
    path = tmp_path_factory.mktemp("onnx") / "image.onnx"
    path.write_bytes(models.convolution())
    return models.candidate(path, ONNX_FLOAT32)


@pytest.fixture(scope="module")
def pixels(image):
    numbers = np.random.default_rng(0).random((48, 3, 12, 12), np.float32)
    return models.samples(image, {"image": numbers})


def test_a_table_and_a_dense_layer_become_a_quarter(embedding, ids, tmp_path):
    made = quantize(embedding, ONNX_INT8, ids, tmp_path)
    assert made.signatures == embedding.signatures
    assert embedding.model.stat().st_size > 1e6
    assert models.ratio(made, embedding) <= 0.3
    assert models.strays(made, embedding, dict(ids.inputs)) < 0.03
    assert "(dynamic)" in made.notes[0]


def test_a_convolutional_model_gets_ranges_from_the_samples(image, pixels, tmp_path):
    made = quantize(image, ONNX_INT8, pixels, tmp_path)
    assert made.signatures == image.signatures
    assert models.strays(made, image, dict(pixels.inputs)) < 0.1
    assert "(QDQ)" in made.notes[0]


def test_the_same_input_gives_the_same_bytes(image, pixels, embedding, ids, tmp_path):
    for given, samples in ((image, pixels), (embedding, ids)):
        first, again = (quantize(given, ONNX_INT8, samples, tmp_path / name) for name in "ab")
        assert first.model.read_bytes() == again.model.read_bytes()


def test_a_quantized_model_is_refused(embedding, ids, tmp_path):
    made = quantize(embedding, ONNX_INT8, ids, tmp_path)
    again = Candidate(ONNX_FLOAT32, made.model, made.signatures)
    with pytest.raises(ConversionFailed, match="quantized already"):
        quantize(again, ONNX_INT8, ids, tmp_path / "twice")
