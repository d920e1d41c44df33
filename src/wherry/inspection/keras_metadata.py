"""What Keras 2 wrote about its layers into a SavedModel.

TensorFlow does not need it, since the graph says it all; a person does. It is in
``keras_metadata.pb`` (2.5 and later), or among the graph's objects (before). Keras 3 writes none.
Sources: saved_metadata.proto of Keras; saved_object_graph.proto of TensorFlow.
"""

import json
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from wherry.inspection.keras_config import MAX_CONFIG_BYTES
from wherry.runtimes.protobuf import Malformed, fields, message, messages, open_message, text

KERAS_FILE = "keras_metadata.pb"

_LAYERS = ("_tf_keras_layer", "_tf_keras_input_layer", "_tf_keras_rnn_layer")
_MODELS = ("_tf_keras_model", "_tf_keras_network", "_tf_keras_sequential")


@dataclass(frozen=True, slots=True)
class KerasObjects:
    """Layers by class, and the version of Keras; both empty where Keras wrote nothing."""

    layers: Mapping[str, int]
    version: str


def keras_objects(folder: Path, object_graph: memoryview) -> KerasObjects:
    """Read what Keras wrote into a SavedModel, if it did.

    Raises:
        Malformed: the object graph is none. A broken keras_metadata.pb is passed over.
    """
    layers: Counter[str] = Counter()
    version = ""
    for identifier, metadata in _records(folder, object_graph):
        if identifier in _LAYERS or identifier in _MODELS:
            document = _document(metadata)
            if identifier in _LAYERS and isinstance(document.get("class_name"), str):
                layers[document["class_name"]] += 1
            if not version and isinstance(document.get("keras_version"), str):
                version = document["keras_version"]
    return KerasObjects(dict(layers.most_common()), version)


def _records(folder: Path, object_graph: memoryview) -> Iterator[tuple[str, memoryview]]:
    file = folder / KERAS_FILE
    if file.is_file():
        try:
            for record in messages(open_message(file), 1):
                yield _texts(record, 4, 5)
        except (Malformed, OSError):
            return
        return
    for node in messages(object_graph, 1):
        for user_object in messages(node, 4):
            yield _texts(user_object, 1, 3)


def _texts(record: memoryview, identifier: int, metadata: int) -> tuple[str, memoryview]:
    found = {number: value for number, value in fields(record) if number in (identifier, metadata)}
    return (
        text(found.get(identifier, memoryview(b""))),
        message(found.get(metadata, memoryview(b""))),
    )


def _document(metadata: memoryview) -> dict[str, Any]:
    if len(metadata) > MAX_CONFIG_BYTES:
        return {}
    try:
        document = json.loads(bytes(metadata))
    except (ValueError, RecursionError):
        return {}
    return document if isinstance(document, dict) else {}
