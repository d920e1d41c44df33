"""What a file is, told by its bytes and not by its name."""

from pathlib import Path

from wherry.errors import NotAModel
from wherry.inspection import archives, hdf5
from wherry.inspection.protobuf_files import kind_of
from wherry.inspection.report import Format
from wherry.inspection.strangers import refusal_of
from wherry.inspection.texts import text_refusal

_HEAD_BYTES = 2**16
_TFLITE = b"TFL3"  # at offset 4
_ZIP = b"PK\x03\x04"
# HDF5's signature may stand behind a block of the user's own.
_HDF5_OFFSETS = (0, 512, 1024, 2048)

SUFFIXES = {
    ".keras": Format.KERAS,
    ".h5": Format.HDF5,
    ".hdf5": Format.HDF5,
    ".tflite": Format.TFLITE,
    ".lite": Format.TFLITE,
    ".onnx": Format.ONNX,
    ".pb": Format.FROZEN_GRAPH,
}


def recognize(file: Path) -> Format:
    """Return the format of a model file.

    Raises:
        NotAModel: it is something else; the sentence says what, and what to do.
    """
    with file.open("rb") as stream:
        head = stream.read(_HEAD_BYTES)
    if not head:
        raise NotAModel(f"{file} is empty. Copy or export the model again.")
    if head[4:8] == _TFLITE:
        return Format.TFLITE
    if any(head[offset:].startswith(hdf5.SIGNATURE) for offset in _HDF5_OFFSETS):
        return Format.HDF5
    if head.startswith(_ZIP):
        return archives.recognize_zip(file)
    for refuse in (refusal_of, archives.refusal_of, text_refusal):
        if sentence := refuse(file, head):
            raise NotAModel(sentence)
    return kind_of(file, head)


def misnamed(file: Path, found: Format) -> str | None:
    """Return a sentence about a file whose name says another format than its bytes."""
    suffix = file.suffix.lower()
    if suffix not in SUFFIXES or SUFFIXES[suffix] is found:
        return None
    return f"Its name ends in {suffix}, but by its content it is {NAMES[found]}."


NAMES = {
    Format.SAVED_MODEL: "a SavedModel",
    Format.KERAS: "a Keras file (.keras)",
    Format.HDF5: "a Keras HDF5 file (.h5)",
    Format.TFLITE: "a LiteRT model (.tflite)",
    Format.ONNX: "an ONNX model (.onnx)",
    Format.FROZEN_GRAPH: "a frozen graph (.pb)",
}
