"""Spotify's Basic Pitch: one real model in three formats, as its wheel carries it."""

from importlib.util import find_spec
from pathlib import Path

_spec = find_spec("basic_pitch")
assert _spec is not None, "the dev group installs basic-pitch"
assert _spec.origin is not None, "basic-pitch is an ordinary package"
_FOLDER = Path(_spec.origin).parent / "saved_models" / "icassp_2022"

LITERT = _FOLDER / "nmp.tflite"
ONNX = _FOLDER / "nmp.onnx"
SAVED_MODEL = _FOLDER / "nmp"

WINDOW = 43844
"""Samples of one input window: float32 [n, 43844, 1]."""
