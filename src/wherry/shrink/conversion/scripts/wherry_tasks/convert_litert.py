"""Convert a SavedModel to LiteRT."""

from __future__ import annotations

import contextlib
import io
import tempfile
from pathlib import Path
from typing import Any

from .freezing import Frozen, StatefulGraph, freeze, is_table, save, separate
from .graphs import operators
from .quiet_tensorflow import import_tensorflow
from .task import Refused, run_task
from .tensor_lists import open_lists
from .wider_floats import compute_in_float32, floats_of


def convert(request: dict[str, Any]) -> dict[str, Any]:
    """Write the .tflite file of the signatures that the request names."""
    tf = import_tensorflow(request["threads"])
    names = request["signatures"]
    try:
        frozen = freeze(tf, request["saved_model"], request["tags"], names)
        whole = sorted(filter(is_table, operators(frozen.graph)))
    except StatefulGraph as changing:
        whole = [str(changing)]
    floats: list[str] = []
    if whole:
        content = _convert_whole(tf, request, whole[0])
    else:
        open_lists(tf, frozen.graph)
        separate(frozen)
        try:
            content = _convert_frozen(tf, frozen)
        except Exception:
            floats = floats_of(frozen)
            if not floats:
                raise
            compute_in_float32(tf, frozen)
            content = _convert_frozen(tf, frozen)
    Path(request["model"]).write_bytes(content)
    return {"widened": floats}


def _convert_frozen(tf: Any, frozen: Frozen) -> bytes:
    clean = Path(tempfile.mkdtemp(), "frozen")
    save(tf, frozen, clean)
    return _convert(tf, str(clean), ["serve"], sorted(frozen.signatures))


def _convert_whole(tf: Any, request: dict[str, Any], why: str) -> bytes:
    """Convert the SavedModel with its tables and variables; ``why`` names one of them."""
    try:
        return _convert(tf, request["saved_model"], request["tags"], request["signatures"])
    except (AttributeError, KeyError) as error:
        # Its object graph is not one that this TensorFlow reads.
        raise Refused(f"LiteRT has no operator for tf.{why} here.") from error


def _convert(tf: Any, folder: str, tags: list[str], signatures: list[str]) -> bytes:
    converter = tf.lite.TFLiteConverter.from_saved_model(
        folder, signature_keys=signatures, tags=set(tags)
    )
    converter.experimental_enable_resource_variables = True
    with contextlib.redirect_stdout(io.StringIO()):
        content: bytes = converter.convert()
    return content


run_task(convert)
