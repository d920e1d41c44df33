"""Inspect a model: what a file or folder says of itself, read without TensorFlow."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path

from wherry.errors import NotAModel
from wherry.inspection.folders import locate
from wherry.inspection.frozen_graph import frozen_graph
from wherry.inspection.hdf5 import hdf5
from wherry.inspection.keras_archive import keras_archive
from wherry.inspection.onnx import onnx
from wherry.inspection.recognition import misnamed, recognize
from wherry.inspection.report import Format, Inspection
from wherry.inspection.saved_model import saved_model
from wherry.inspection.stamp import Stamp, stamp_file, stamp_folder
from wherry.inspection.tflite import tflite

_READERS: Mapping[Format, Callable[[Stamp], Inspection]] = {
    Format.KERAS: keras_archive,
    Format.HDF5: hdf5,
    Format.TFLITE: tflite,
    Format.ONNX: onnx,
    Format.FROZEN_GRAPH: frozen_graph,
}


def inspect(path: Path) -> Inspection:
    """Read what a model says of itself: a SavedModel's folder, or a file of any other format.

    Nothing of it is run, and no pickle in it is opened.

    Raises:
        NotAModel: it is none, or not a whole one; the sentence says what to do.
        RuntimeMissing: it is a Keras file, and h5py is not installed.
    """
    try:
        location = locate(path)
        inspection = _read(location.path)
    except OSError as error:
        raise NotAModel(f"{path} cannot be read: {error.strerror or error}.") from error
    return replace(inspection, notes=(*location.notes, *inspection.notes))


def _read(path: Path) -> Inspection:
    if path.is_dir():
        return saved_model(stamp_folder(path))
    found = recognize(path)
    inspection = _READERS[found](stamp_file(path))
    wrong_name = misnamed(path, found)
    return replace(inspection, notes=(wrong_name, *inspection.notes)) if wrong_name else inspection
