"""LiteRT: ``.tflite`` files, through ``ai_edge_litert``."""

from wherry.runtimes.litert.loading import keep_weights, load, load_with_weights

__all__ = ["keep_weights", "load", "load_with_weights"]
