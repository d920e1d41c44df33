"""What a SavedModel computes with, which its weights and inputs do not tell."""

from pathlib import Path

import pytest

from tests.pitch import SAVED_MODEL
from wherry.errors import BundleError
from wherry.inspection.precision import BFLOAT16_STEP, FLOAT32_STEP, coarsest_step

SAVEDMODELS = Path(__file__).parents[1] / "fixtures" / "savedmodels"


@pytest.mark.parametrize(
    "folder",
    [SAVEDMODELS / "keras", SAVEDMODELS / "tensorflow1", SAVEDMODELS / "words", SAVED_MODEL],
)
def test_most_models_compute_with_32_bits(folder: Path) -> None:
    """Casts of integers and strings, and constants, are no computation."""
    assert coarsest_step(folder) == FLOAT32_STEP


def test_a_model_that_computes_with_16_bits_is_found() -> None:
    """One of its signatures adds bfloat16."""
    assert coarsest_step(SAVEDMODELS / "datatypes") == BFLOAT16_STEP


@pytest.mark.parametrize("content", [b"", b"\xff" * 50])
def test_a_damaged_graph_is_refused(tmp_path: Path, content: bytes) -> None:
    """With a sentence."""
    (tmp_path / "saved_model.pb").write_bytes(content)
    with pytest.raises(BundleError, match="cannot be read"):
        coarsest_step(tmp_path)
