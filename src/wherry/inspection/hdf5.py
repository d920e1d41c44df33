"""Keras's HDF5 files (``.h5``), of Keras 1, 2 and 3."""

from pathlib import Path

from wherry.errors import NotAModel
from wherry.inspection.hdf5_contents import HDF5Contents, read_contents
from wherry.inspection.keras_model import keras_model
from wherry.inspection.printable import printable
from wherry.inspection.report import Format, Inspection
from wherry.inspection.stamp import Stamp

SIGNATURE = b"\x89HDF\r\n\x1a\n"

_WITHOUT_ARCHITECTURE = (
    "{path} holds a Keras model's weights without its architecture (save_weights wrote it). "
    "Build the model in Python, load these weights into it, and save it whole: "
    'model.load_weights(...), then model.save("model.keras").'
)
# What Keras 3, and late Keras 2, call the top of a file of weights.
_WEIGHTS_GROUPS = {"layers", "_layer_checkpoint_dependencies", "vars", "optimizer"}


def hdf5(stamp: Stamp) -> Inspection:
    """Read a Keras HDF5 file.

    Raises:
        NotAModel: it holds no model, or no whole one.
        RuntimeMissing: h5py is not installed.
    """
    contents = read_contents(stamp.path)
    config = contents.attributes.get("model_config")
    if not config:
        raise NotAModel(_no_model(stamp.path, contents))
    version = contents.attributes.get("keras_version") or ""
    backend = contents.attributes.get("backend") or ""
    weights = contents.tally(without=("optimizer_weights",)).weights()
    return keras_model(
        stamp,
        Format.HDF5,
        config,
        version=version,
        weights=weights,
        notes=() if backend in ("", "tensorflow") else (_other_backend(backend),),
    )


def _other_backend(backend: str) -> str:
    return (
        f"It was trained with Keras's {backend} backend; TensorFlow answers for it in its place, "
        "which its parity with answers of your own will show."
    )


def _no_model(path: Path, contents: HDF5Contents) -> str:
    groups = contents.groups
    if "layer_names" in contents.attributes or _WEIGHTS_GROUPS & set(groups):
        return _WITHOUT_ARCHITECTURE.format(path=path)
    held = ", ".join(printable(name[:40]) for name in groups[:5]) or "nothing"
    return (
        f"{path} is an HDF5 file, but no Keras model: it holds {held}. If these are weights, load "
        'them into the model in Python and save it whole with model.save("model.keras").'
    )
