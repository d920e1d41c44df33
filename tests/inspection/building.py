"""Models of any size and shape, written byte by byte or as Keras writes them."""

import json
import struct
import zipfile
from collections.abc import Iterable, Mapping
from io import BytesIO
from pathlib import Path
from typing import Any

import h5py
import numpy as np

from wherry.inspection.variables import MAGIC

FLOAT, INT32, STRING = 1, 3, 7  # of TensorFlow's types


def varint(number: int) -> bytes:
    """Return a number as protocol buffers write it."""
    written = bytearray()
    while number > 0x7F:
        written.append(number & 0x7F | 0x80)
        number >>= 7
    written.append(number)
    return bytes(written)


def message(*fields: tuple[int, int | str | bytes]) -> bytes:
    """Return a protocol buffer message of the given fields."""
    written = bytearray()
    for number, value in fields:
        if isinstance(value, int):
            written += varint(number << 3) + varint(value)
        else:
            data = value.encode() if isinstance(value, str) else value
            written += varint(number << 3 | 2) + varint(len(data)) + data
    return bytes(written)


def shape(*sizes: int) -> bytes:
    """Return a TensorShapeProto; -1 is any size."""
    return message(*((2, message((1, size % 2**64))) for size in sizes))


def node(name: str, operator: str, *inputs: str, **attributes: bytes) -> bytes:
    """Return a NodeDef, whose attributes are AttrValues."""
    return message(
        (1, name),
        (2, operator),
        *((3, source) for source in inputs),
        *((5, message((1, key), (2, value))) for key, value in attributes.items()),
    )


def of_type(number: int) -> bytes:
    """Return the AttrValue of a type."""
    return message((6, number))


def of_shape(*sizes: int) -> bytes:
    """Return the AttrValue of a shape."""
    return message((7, shape(*sizes)))


def of_function(name: str) -> bytes:
    """Return the AttrValue of a function."""
    return message((10, message((1, name))))


def of_array(array: np.ndarray) -> bytes:
    """Return the AttrValue of a float32 tensor."""
    tensor = message((1, FLOAT), (2, shape(*array.shape)), (4, array.astype("<f4").tobytes()))
    return message((8, tensor))


def graph_def(
    nodes: Iterable[bytes], functions: Mapping[str, Iterable[bytes]] | None = None
) -> bytes:
    """Return a GraphDef with a library of functions."""
    library = message(
        *(
            (1, message((1, message((1, name))), *((3, each) for each in body)))
            for name, body in (functions or {}).items()
        )
    )
    return message(*((1, each) for each in nodes), (2, library), (4, message((1, 1882))))


def frozen(path: Path, nodes: Iterable[bytes]) -> Path:
    """Write a frozen graph."""
    path.write_bytes(graph_def(nodes))
    return path


def saved_model(
    folder: Path,
    nodes: Iterable[bytes],
    *,
    inputs: Mapping[str, tuple[str, int, tuple[int, ...]]],
    outputs: Mapping[str, tuple[str, int, tuple[int, ...]]],
    functions: Mapping[str, Iterable[bytes]] | None = None,
    variables: Mapping[str, np.ndarray] | None = None,
) -> Path:
    """Write a SavedModel with one signature: names to (tensor, type, shape)."""
    ports = [
        (number, message((1, name), (2, message((1, tensor), (2, kind), (3, shape(*sizes))))))
        for number, specs in ((1, inputs), (2, outputs))
        for name, (tensor, kind, sizes) in specs.items()
    ]
    signature = message((1, "serving_default"), (2, message(*ports)))
    metagraph = message(
        (1, message((4, "serve"), (5, "2.15.0"))),
        (2, graph_def(nodes, functions)),
        *([(3, message((1, "save")))] if variables else []),
        (5, signature),
    )
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "saved_model.pb").write_bytes(message((1, 1), (2, metagraph)))
    if variables:
        write_variables(folder / "variables", variables)
    return folder


def write_variables(folder: Path, variables: Mapping[str, np.ndarray], shards: int = 1) -> None:
    """Write float32 variables as TensorFlow's checkpoints have them, spread over shards."""
    folder.mkdir(exist_ok=True)
    entries = [(b"", message((1, shards), (3, message((1, 1)))))]
    ends = [0] * shards
    files = [(folder / f"variables.data-{i:05d}-of-{shards:05d}").open("wb") for i in range(shards)]
    for index, (name, array) in enumerate(sorted(variables.items())):
        data = array.astype("<f4").tobytes()
        shard = index % shards
        files[shard].write(data)
        entry = message(
            (1, FLOAT), (2, shape(*array.shape)), (3, shard), (4, ends[shard]), (5, len(data))
        )
        entries.append((name.encode(), entry))
        ends[shard] += len(data)
    for file in files:
        file.close()
    (folder / "variables.index").write_bytes(table(entries))


def table(entries: Iterable[tuple[bytes, bytes]]) -> bytes:
    """Return a table of LevelDB's form, in one block, its keys shortened as it shortens them."""
    written = bytearray()

    def add(pairs: Iterable[tuple[bytes, bytes]]) -> bytes:
        block, before = bytearray(), b""
        for key, value in pairs:
            shared = 0
            while shared < min(len(key), len(before)) and key[shared] == before[shared]:
                shared += 1
            own = key[shared:]
            block += varint(shared) + varint(len(own)) + varint(len(value)) + own + value
            before = key
        block += struct.pack("<II", 0, 1)
        handle = varint(len(written)) + varint(len(block))
        written.extend(block + b"\0" + b"\0\0\0\0")
        return handle

    data, meta = add(entries), add(())
    index = add([(b"\xff", data)])
    return bytes(written) + (meta + index).ljust(40, b"\0") + MAGIC


def keras2(name: str, **config: Any) -> dict[str, Any]:
    """Return a layer as Keras 2 writes it."""
    return {"class_name": name, "config": {"name": name.lower(), "trainable": True, **config}}


def keras3(name: str, module: str = "keras.layers", **config: Any) -> dict[str, Any]:
    """Return a layer as Keras 3 writes it."""
    registered = None if module.startswith("keras") else name
    return {**keras2(name, **config), "module": module, "registered_name": registered}


def sequential(*layers: dict[str, Any]) -> dict[str, Any]:
    """Return the config of a sequential model."""
    return {"class_name": "Sequential", "config": {"name": "model", "layers": list(layers)}}


def h5(
    path: Path,
    config: object,
    *,
    version: str = "2.8.0",
    weights: Mapping[str, np.ndarray] | None = None,
    **attributes: str,
) -> Path:
    """Write a Keras HDF5 file."""
    with h5py.File(path, "w") as file:
        if config is not None:
            file.attrs["model_config"] = json.dumps(config)
        if version:
            file.attrs["keras_version"] = version
        for name, value in {"backend": "tensorflow", **attributes}.items():
            file.attrs[name] = value
        file.create_group("model_weights")
        for name, array in (weights or {}).items():
            file[name] = array
    return path


def keras(
    path: Path,
    config: object,
    *,
    weights: Mapping[str, np.ndarray] | None = None,
    compression: int = zipfile.ZIP_STORED,
) -> Path:
    """Write a .keras file."""
    held = BytesIO()
    with h5py.File(held, "w") as file:
        for name, array in (weights or {}).items():
            file[name] = array
    with zipfile.ZipFile(path, "w", compression) as archive:
        archive.writestr("metadata.json", json.dumps({"keras_version": "3.5.0"}))
        archive.writestr("config.json", json.dumps(config))
        archive.writestr("model.weights.h5", held.getvalue())
    return path
