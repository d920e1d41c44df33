"""Whether the library of a runtime is here, found without importing it."""

from importlib.util import find_spec

from wherry.errors import RuntimeMissing

_PACKAGES = {"litert": "ai_edge_litert", "onnx": "onnxruntime"}
_SENTENCES = {
    "litert": 'LiteRT runs .tflite models: pip install "wherry[litert]".',
    "onnx": 'ONNX Runtime runs .onnx models: pip install "wherry[onnx]".',
}


def missing(runtime: str) -> str | None:
    """Return what to install for a runtime, as a sentence; None when its library is here."""
    if runtime == "tensorflow":
        from wherry.runtimes.tensorflow import installation

        try:
            installation.find()
        except RuntimeMissing as error:
            return str(error)
        return None
    if find_spec(_PACKAGES[runtime]) is None:
        return _SENTENCES[runtime]
    return None
