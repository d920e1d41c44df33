"""Wherry: a TensorFlow model answers from Django on a small host."""

__version__ = "0.1.0"
