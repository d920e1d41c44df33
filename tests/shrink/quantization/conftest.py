"""The environment that quantizes, and models to quantize."""

import os
import sys

import numpy as np
import pytest

from wherry.errors import ConversionFailed
from wherry.shrink.candidates import LITERT_FLOAT32, ONNX_FLOAT32, Candidate
from wherry.shrink.quantization.environment import quantizer_environment
from wherry.shrink.records import Samples

from . import models


@pytest.fixture(scope="session", autouse=True)
def _environment():
    try:
        quantizer_environment()
    except ConversionFailed as failure:
        if "package index cannot be reached" in str(failure) and not os.environ.get("CI"):
            pytest.skip(str(failure))
        raise
    assert "litert_quantizer" not in sys.modules


@pytest.fixture(scope="session")
def conv() -> Candidate:
    return models.candidate(models.FIXTURES / "quantization" / "digits_conv.tflite", LITERT_FLOAT32)


@pytest.fixture(scope="session")
def digits(conv) -> Samples:
    images, labels = models.digits()
    return models.samples(conv, {"keras_tensor": images[..., None]}, labels)


@pytest.fixture(scope="session")
def embedding(tmp_path_factory) -> Candidate:
    path = tmp_path_factory.mktemp("onnx") / "embedding.onnx"
    path.write_bytes(models.embedding())
    return models.candidate(path, ONNX_FLOAT32)


@pytest.fixture(scope="session")
def ids(embedding) -> Samples:
    rows = np.random.default_rng(0).integers(0, 2000, (64, 12))
    return models.samples(embedding, {"ids": rows})
