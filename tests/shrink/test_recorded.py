"""Parity in a manifest: written, read again, and refused where it is something else."""

import math

import orjson
import pytest

from wherry.errors import BundleError
from wherry.shrink.recorded import parity_from_dict, parity_to_dict
from wherry.shrink.records import OutputParity, Parity

PARITY = Parity(
    (
        OutputParity("y", 1.23456e-5, 1e-6, 0.001, 1e-4, 2.0, 0.999, 0.25, 0.99),
        OutputParity("text", 0.0, 0.0, math.inf, 0.0, 1.0, 1.0, 1.0),
    ),
    64,
)


def test_what_was_written_is_read_again_to_three_digits() -> None:
    """Through JSON, which has no word for infinity."""
    read = parity_from_dict(orjson.loads(orjson.dumps(parity_to_dict(PARITY))))
    assert read.samples == 64
    assert read.outputs[0].max_abs_error == 1.23e-5
    assert read.outputs[0].top1_agreement == 0.99
    assert read.outputs[1] == PARITY.outputs[1]


@pytest.mark.parametrize(
    "recorded",
    [
        "good",
        [],
        {},
        {"samples": 3},
        {"samples": "many", "outputs": {}},
        {"samples": 3, "outputs": {"y": {}}},
        {"samples": 3, "outputs": {"y": {"max_abs_error": "small"}}},
        {"samples": 3, "outputs": {"y": {"max_abs_error": 0.1, "code": 1}}},
        {"samples": 3, "outputs": [1]},
    ],
)
def test_anything_else_is_refused(recorded: object) -> None:
    """A manifest may come from anywhere."""
    with pytest.raises(BundleError, match="parity that the manifest records"):
        parity_from_dict(recorded)
