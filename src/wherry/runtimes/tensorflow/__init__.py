"""TensorFlow models without TensorFlow's Python code: the C API of its libraries, by ctypes."""

from wherry.runtimes.tensorflow.session import load

__all__ = ["load"]
