"""Files of other programs, told by their first bytes: pickles above all, which are never opened."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

_EXPORT_ONNX = "Export the model to .onnx in the program that made it."

# A pickle of protocol 2 or later begins with its number; an older one with an opcode and text.
_PICKLE = re.compile(rb"\x80[\x02-\x05]")
_OLD_PICKLE = re.compile(rb"\(?c[\w.]+\n\w+\n(p\d+\n|q|\()|\([dl]p\d+\n|\(i[\w.]+\n\w+\n")
_NPY = b"\x93NUMPY"
_SAFETENSORS = re.compile(rb".{8}\{\s*\"", re.DOTALL)
# By the modules that a pickle names: whose it is, and how it becomes a model that can be read.
_MAKERS = (
    (b"sklearn", "of scikit-learn", "convert the model to .onnx with skl2onnx"),
    (b"xgboost", "of XGBoost", "convert the model to .onnx with onnxmltools"),
    (b"lightgbm", "of LightGBM", "convert the model to .onnx with onnxmltools"),
    (b"torch", "of PyTorch", "export the model with torch.onnx.export"),
    (b"keras", "of a Keras model", 'load it where it was made, and model.save("model.keras")'),
    (b"tensorflow", "of TensorFlow", "save the model there with tf.saved_model.save"),
)
_OTHERWISE = 'in Keras save the model with model.save("model.keras"), elsewhere export it to .onnx'


@dataclass(frozen=True, slots=True)
class _Stranger:
    """A file of another program: its first bytes, and what to say of it."""

    head: bytes
    what: str
    next_step: str


_STRANGERS = (
    _Stranger(b"GGUF", "a language model for llama.cpp (GGUF)", _EXPORT_ONNX),
    _Stranger(b"ftrt", "a TensorRT engine, which runs on one kind of GPU", _EXPORT_ONNX),
    _Stranger(b"\x89PNG", "a picture (PNG)", "Give the model's own file."),
    _Stranger(b"\xff\xd8\xff", "a picture (JPEG)", "Give the model's own file."),
    _Stranger(b"%PDF", "a PDF document", "Give the model's own file."),
    _Stranger(b"RIFF", "a sound or picture file (RIFF)", "Give the model's own file."),
    _Stranger(b"\x7fELF", "a program or library (ELF)", "Give the model's own file."),
    _Stranger(b"SQLite format 3\0", "an SQLite database", "Give the model's own file."),
    _Stranger(b"MATLAB ", "a MATLAB file", _EXPORT_ONNX),
    _Stranger(b"PAR1", "a table of data (Parquet)", "Give the model's own file."),
)


def refusal_of(file: Path, head: bytes) -> str | None:
    """Return what is to be said of a file that starts so, or None if nothing is known."""
    for say in _KINDS:
        if sentence := say(file, head):
            return sentence
    for stranger in _STRANGERS:
        if head.startswith(stranger.head):
            return f"{file} is {stranger.what}, not a model that can be read. {stranger.next_step}"
    return None


def _pickle(file: Path, head: bytes) -> str | None:
    if not (_PICKLE.match(head) or _OLD_PICKLE.match(head)):
        return None
    maker, step = next(
        ((maker, step) for module, maker, step in _MAKERS if module in head), ("", _OTHERWISE)
    )
    what = f"a pickle {maker}".strip()
    return (
        f"{file} is {what}, which is never opened: loading one runs whatever code is in it. "
        f"Instead, {step}."
    )


def _npy(file: Path, head: bytes) -> str | None:
    if not head.startswith(_NPY):
        return None
    if re.search(rb"'descr':\s*'\|O'", head[:512]):
        return (
            f"{file} is a NumPy file of Python objects, which is a pickle and never opened: "
            f"loading one runs whatever code is in it. Instead, {_OTHERWISE}."
        )
    return (
        f"{file} is a NumPy array, not a model: numbers without an architecture. Put them into "
        'the model in Python, and save it whole with model.save("model.keras").'
    )


def _safetensors(file: Path, head: bytes) -> str | None:
    if not _SAFETENSORS.match(head) or int.from_bytes(head[:8], "little") > file.stat().st_size:
        return None
    return (
        f"{file} holds weights without an architecture (safetensors). Load them into the model in "
        "Python, and export that: to .onnx, or in Keras with model.save."
    )


def _flax(file: Path, head: bytes) -> str | None:
    if file.suffix.lower() == ".msgpack" and head[0] & 0xF0 == 0x80:
        return (
            f"{file} holds weights without an architecture (Flax). Export the model as a "
            "SavedModel with jax2tf, and give that folder."
        )
    return None


_KINDS: tuple[Callable[[Path, bytes], str | None], ...] = (
    _pickle,
    _npy,
    _safetensors,
    _flax,
)
