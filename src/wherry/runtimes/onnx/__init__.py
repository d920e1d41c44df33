"""ONNX Runtime: ``.onnx`` files."""

from wherry.runtimes.onnx.loading import keep_weights, load, load_with_weights

__all__ = ["keep_weights", "load", "load_with_weights"]
