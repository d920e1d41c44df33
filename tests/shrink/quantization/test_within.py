"""Layers go back to float until the gate holds, or nothing is gained."""

from dataclasses import replace

import pytest

from wherry.errors import ConversionFailed
from wherry.shrink.candidates import LITERT_INT8, ONNX_INT8
from wherry.shrink.quantization.within import bisect, layers_by_error, quantize_within, tries

from . import models


def test_a_gate_that_holds_keeps_all_layers_in_integers(conv, digits, tmp_path):
    asked = []
    made = quantize_within(
        conv, LITERT_INT8, digits, tmp_path, holds=lambda made: asked.append(made) or True
    )
    assert asked == [made]
    assert made.notes == ()


def test_the_worst_layers_go_back_until_it_holds(conv, digits, tmp_path):
    inputs = {name: array[:256] for name, array in digits.inputs.items()}
    errors = []

    def holds(made):
        errors.append(models.strays(made, conv, inputs))
        return errors[-1] < 0.75 * errors[0]

    made = quantize_within(conv, LITERT_INT8, digits, tmp_path, holds=holds)
    assert models.strays(made, conv, inputs) < 0.75 * errors[0]
    assert "layers stay in float: " in made.notes[0]
    assert len(errors) <= 9
    assert made.signatures == conv.signatures


def test_a_gate_that_nothing_holds_is_told(embedding, ids, tmp_path):
    tried = []
    with pytest.raises(ConversionFailed, match="with 1 of 2 layers in float too"):
        quantize_within(embedding, ONNX_INT8, ids, tmp_path, holds=lambda made: tried.append(made))
    # The table is nearly all of the file: in float it would save nothing.
    assert [made.notes[1:] for made in tried] == [
        (),
        ("1 of 2 layers stay in float: dense (Gemm).",),
    ]


def test_layers_are_ranked_with_their_weights(conv, digits, tmp_path):
    layers = layers_by_error(conv, LITERT_INT8, digits, tmp_path)
    errors = [layer.error for layer in layers]
    assert errors == sorted(errors, reverse=True)
    assert len(set(errors)) == len(layers)  # each was tried alone
    assert errors[-1] > 0
    # No SOFTMAX: it makes the output, and stays in float.
    assert {layer.operator for layer in layers} == {
        "CONV_2D",
        "DEPTHWISE_CONV_2D",
        "FULLY_CONNECTED",
        "MAX_POOL_2D",
        "MEAN",
    }
    assert max(layer.weights_bytes for layer in layers) == (3 * 3 * 32 * 64 + 64) * 4


def test_layers_of_an_onnx_file_are_ranked_too(embedding, ids, tmp_path):
    layers = layers_by_error(embedding, ONNX_INT8, ids, tmp_path)
    assert {layer.key: layer.weights_bytes for layer in layers} == {
        "look_up": 2000 * 160 * 4,
        "dense": (160 * 32 + 32) * 4,
    }
    assert all(layer.error > 0 for layer in layers)


@pytest.mark.parametrize(
    ("needed", "asked"),
    [
        (1, [1]),
        (2, [1, 4, 2]),
        (5, [1, 4, 16, 10, 7, 5]),
        (63, [1, 4, 16, 64, 40, 52, 58, 61]),
        (100, [1, 4, 16, 64, 100, 82, 91, 95]),
    ],
)
def test_bisecting_tries_few_layers_first(conv, needed, asked):
    found = {}

    def kept(count):
        found[count] = replace(conv, notes=(str(count),)) if count >= needed else None
        return found[count]

    fewest = min(count for count in asked if count >= needed)
    assert bisect(kept, 100, 8) is found[fewest]
    assert list(found) == asked


def test_bisecting_finds_what_holds_with_few_layers_only(conv):
    assert bisect(lambda count: conv if 2 <= count <= 6 else None, 100, 8) is conv


def test_bisecting_gives_up_where_all_are_too_few(conv):
    asked = []
    assert bisect(lambda count: asked.append(count), 100, 8) is None
    assert asked == [1, 4, 16, 64, 100]
    assert bisect(lambda _: conv, 0, 8) is None


@pytest.mark.parametrize(
    ("size_mb", "count"), [(0, 8), (1, 8), (14, 8), (40, 4), (100, 2), (900, 2)]
)
def test_large_files_are_tried_less_often(size_mb: int, count: int) -> None:
    """Each try of one takes tens of seconds."""
    assert tries(size_mb * 1_000_000) == count
