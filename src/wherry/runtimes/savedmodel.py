"""Read what a SavedModel says of itself: tags, signatures, and whether its files are all there.

Only the few protobuf messages that describe signatures are decoded; the graph, which makes up
nearly all of the file, is skipped over. Field numbers: tensorflow/core/protobuf/
saved_model.proto and meta_graph.proto, which keep them for good.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from wherry.errors import BundleError
from wherry.runtimes.protobuf import (
    Malformed,
    entry,
    fields,
    integer,
    message,
    messages,
    open_message,
    text,
)
from wherry.tensors import VARIABLE, Datatype, Signature, TensorSpec

GRAPH_FILE = "saved_model.pb"
INDEX_FILE = "variables/variables.index"
SERVING_TAG = "serve"

_ACCELERATOR_TAGS = {"gpu", "tpu"}
_LFS_POINTER = b"version https://git-lfs"
_SHARD = re.compile(r"variables\.data-(\d{5})-of-(\d{5})")
_INTERNAL_SIGNATURES = "__saved_model_"

DATATYPES: Mapping[int, Datatype] = {
    1: Datatype.FP32,
    2: Datatype.FP64,
    3: Datatype.INT32,
    4: Datatype.UINT8,
    5: Datatype.INT16,
    6: Datatype.INT8,
    7: Datatype.BYTES,
    8: Datatype.COMPLEX64,
    9: Datatype.INT64,
    10: Datatype.BOOL,
    14: Datatype.BF16,
    17: Datatype.UINT16,
    18: Datatype.COMPLEX128,
    19: Datatype.FP16,
    22: Datatype.UINT32,
    23: Datatype.UINT64,
}
"""TensorFlow's DataType numbers (types.proto). Those absent cannot be inputs or outputs here."""

_OTHER_TYPES = {
    11: "a quantized 8-bit integer (qint8)",
    12: "a quantized 8-bit integer (quint8)",
    13: "a quantized 32-bit integer (qint32)",
    15: "a quantized 16-bit integer (qint16)",
    16: "a quantized 16-bit integer (quint16)",
    20: "a resource handle",
    21: "a variant",
}
_REFERENCE = 100  # a TensorFlow 1 variable's own type is its datatype's number plus this


@dataclass(frozen=True, slots=True)
class GraphSignature:
    """A signature with the tensor of the graph (``operation:index``) behind each name."""

    signature: Signature
    inputs: Mapping[str, str]
    outputs: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class SavedModel:
    """One meta graph of a SavedModel: that which is served.

    ``unsupported`` says of each signature that cannot be served why.
    """

    tags: tuple[str, ...]
    tensorflow_version: str
    signatures: Mapping[str, GraphSignature]
    unsupported: Mapping[str, str]


class _Unsupported(Exception):
    """A tensor that cannot be an input or output here."""


@dataclass(frozen=True, slots=True)
class MetaGraph:
    """One meta graph: what it says of itself, and its bytes, which are mapped from the file.

    ``siblings``: how many others the file holds.
    """

    model: SavedModel
    has_variables: bool
    content: memoryview
    siblings: int = 0


def read(folder: Path) -> SavedModel:
    """Read the served meta graph of the SavedModel in ``folder``, and check its files.

    The contents of the variables are not checked: TensorFlow does that when it loads them.

    Raises:
        BundleError: no SavedModel is there, a file is missing, or it cannot be read.
    """
    model = served_graph(folder).model
    if not model.signatures:
        raise BundleError(_no_signature(folder / GRAPH_FILE, model))
    return model


def served_graph(folder: Path) -> MetaGraph:
    """Return the meta graph that ``read`` reads; it may have no signature that can be served.

    Raises:
        BundleError: as ``read``.
    """
    graph = _graph_file(folder)
    try:
        metagraphs = [_metagraph(content) for content in messages(open_message(graph), 2)]
    except Malformed:
        raise BundleError(
            f"{graph} is not a SavedModel's graph: it is damaged or was cut short. "
            "Copy the model again from where it was saved."
        ) from None
    chosen = _served(metagraphs, graph)
    _check_variables(folder, expected=chosen.has_variables)
    return replace(chosen, siblings=len(metagraphs) - 1)


def _graph_file(folder: Path) -> Path:
    graph = folder / GRAPH_FILE
    if not graph.is_file():
        raise BundleError(_no_graph(folder))
    size = graph.stat().st_size
    with graph.open("rb") as file:
        start = file.read(len(_LFS_POINTER))
    if start == _LFS_POINTER:
        raise BundleError(f"{graph} is a Git LFS pointer, not the model: run `git lfs pull`.")
    if size == 0:
        raise BundleError(f"{graph} is empty. Copy the model again from where it was saved.")
    return graph


def _no_graph(folder: Path) -> str:
    if not folder.is_dir():
        return f"{folder} is not a folder, so it is not a SavedModel."
    if (folder / "saved_model.pbtxt").is_file():
        return (
            f"{folder} holds a SavedModel in text form (saved_model.pbtxt), which is not served. "
            "Save it again in the ordinary form, as saved_model.pb."
        )
    inner = sorted(path.parent for path in folder.glob(f"*/{GRAPH_FILE}"))
    if inner:
        return f"{folder} holds no {GRAPH_FILE}, but {inner[-1]} does: give that folder."
    return f"{folder} holds no {GRAPH_FILE}, so it is not a SavedModel."


def _no_signature(graph: Path, model: SavedModel) -> str:
    if model.unsupported:
        reasons = " ".join(model.unsupported.values())
        return f"No signature of {graph} can be served. {reasons}"
    return (
        f"{graph} has no signature, so nothing says what its inputs and outputs are. Save the "
        "model again with model.export(path), or tf.saved_model.save(model, path, signatures=...)."
    )


def _check_variables(folder: Path, *, expected: bool) -> None:
    index = folder / INDEX_FILE
    if not index.is_file():
        if expected:
            raise BundleError(
                f"{index} is missing, so the model has no weights. Copy the whole folder, "
                "variables/ included (does a .gitignore leave it out?)."
            )
        return
    shards = {}
    for path in index.parent.iterdir():
        if match := _SHARD.fullmatch(path.name):
            shards[int(match[1])] = (int(match[2]), path)
    total = max((count for count, _ in shards.values()), default=1)
    for number in range(total):
        if number not in shards:
            name = f"variables.data-{number:05d}-of-{total:05d}"
            raise BundleError(
                f"{index.parent / name} is missing: the model's weights are not complete. "
                "Copy the whole folder, variables/ included (does a .gitignore leave it out?)."
            )
    for path in (index, *(path for _, path in shards.values())):
        with path.open("rb") as file:
            if file.read(len(_LFS_POINTER)) == _LFS_POINTER:
                raise BundleError(
                    f"{path} is a Git LFS pointer, not the weights: run `git lfs pull`."
                )


def _served(metagraphs: list[MetaGraph], graph: Path) -> MetaGraph:
    serving = [each for each in metagraphs if SERVING_TAG in each.model.tags]
    plain = [each for each in serving if not _ACCELERATOR_TAGS & set(each.model.tags)]
    for candidates in (plain, serving):
        if candidates:
            return min(candidates, key=lambda each: len(each.model.tags))
    if len(metagraphs) == 1:
        return metagraphs[0]
    if not metagraphs:
        raise BundleError(f"{graph} holds no graph. Copy the model again from where it was saved.")
    tags = "; ".join(", ".join(each.model.tags) or "none" for each in metagraphs)
    raise BundleError(
        f"{graph} holds {len(metagraphs)} graphs and none is tagged for serving (tags: {tags}). "
        f'Save the model with the tag "{SERVING_TAG}".'
    )


def _metagraph(data: memoryview) -> MetaGraph:
    tags: list[str] = []
    version = ""
    has_variables = False
    signatures: dict[str, GraphSignature] = {}
    unsupported: dict[str, str] = {}
    for number, value in fields(data):
        if number == 1:
            info = message(value)
            tags = [text(tag) for tag in messages(info, 4)]
            version = next((text(found) for found in messages(info, 5)), "")
        elif number == 3:
            has_variables = True
        elif number == 5:
            name, definition = entry(message(value))
            if name.startswith(_INTERNAL_SIGNATURES):
                continue
            try:
                signatures[name] = _signature(name, definition)
            except _Unsupported as reason:
                unsupported[name] = str(reason)
    return MetaGraph(
        SavedModel(
            tuple(tags),
            version,
            dict(sorted(signatures.items())),
            dict(sorted(unsupported.items())),
        ),
        has_variables,
        data,
    )


def _signature(name: str, data: memoryview) -> GraphSignature:
    specs: dict[int, list[TensorSpec]] = {1: [], 2: []}
    tensors: dict[int, dict[str, str]] = {1: {}, 2: {}}
    for number in (1, 2):
        entries = dict(entry(found) for found in messages(data, number))
        for key, info in sorted(entries.items(), key=lambda each: each[0]):
            what = f'The {("", "input", "output")[number]} "{key}" of the signature "{name}"'
            spec, tensors[number][key] = _tensor(key, info, what)
            specs[number].append(spec)
    signature = Signature(name, tuple(specs[1]), tuple(specs[2]))
    return GraphSignature(signature, tensors[1], tensors[2])


def _tensor(name: str, data: memoryview, what: str) -> tuple[TensorSpec, str]:
    tensor = ""
    dtype = 0
    shape: tuple[int, ...] | None = None
    for number, value in fields(data):
        if number == 1:
            tensor = text(value)
        elif number == 2:
            dtype = integer(value)
        elif number == 3:
            shape = read_shape(message(value))
        elif number == 4:
            raise _Unsupported(f"{what} is a sparse tensor, which cannot be sent to a model here.")
        elif number == 5:
            raise _Unsupported(
                f"{what} is a composite tensor (ragged, say), which cannot be sent to a model here."
            )
    datatype = DATATYPES.get(dtype - _REFERENCE if dtype > _REFERENCE else dtype)
    if datatype is None:
        kind = _OTHER_TYPES.get(dtype, f"TensorFlow's type number {dtype}")
        raise _Unsupported(
            f"{what} is {kind}, which cannot be sent to a model here. Save the model with a "
            "signature of ordinary numbers or strings."
        )
    if not tensor:
        raise Malformed
    return TensorSpec(name, datatype, shape), tensor


def read_shape(data: memoryview) -> tuple[int, ...] | None:
    """Return what a TensorShapeProto says: None where the number of dimensions is open.

    Raises:
        Malformed: it is none.
    """
    dimensions = []
    for number, value in fields(data):
        if number == 3 and integer(value):
            return None
        if number == 2:
            size = next((integer(size) for key, size in fields(message(value)) if key == 1), 0)
            dimensions.append(size if size >= 0 else VARIABLE)
    return tuple(dimensions)
