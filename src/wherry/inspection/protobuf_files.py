"""Protocol buffers have no signature: which message a file holds is told by its fields."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

from wherry.errors import NotAModel
from wherry.inspection.graph import read_node
from wherry.inspection.report import Format
from wherry.inspection.variables import MAGIC as TABLE_MAGIC
from wherry.runtimes.protobuf import Malformed, fields, message, open_message, text
from wherry.runtimes.savedmodel import GRAPH_FILE

_FIELDS_READ = 4096
_OPERATOR = re.compile(r"[A-Za-z_][\w>./-]*")
_SHARD = re.compile(r".*\.data-\d{5}-of-\d{5}")
_ONNX_VERSIONS = range(1, 64)  # of the form; now at 13
_ONNX_GRAPH = 7
_FIRST_CORE_ML_TYPE = 200
_NODE, _LIBRARY, _VERSION, _VERSIONS = 1, 2, 3, 4


@dataclass(frozen=True, slots=True)
class _Outline:
    """The first fields of a file: their numbers and values, and whether all is well formed."""

    fields: tuple[tuple[int, int | memoryview], ...]
    whole: bool

    def all(self, number: int) -> list[int | memoryview]:
        return [value for found, value in self.fields if found == number]

    @property
    def numbers(self) -> set[int]:
        return {number for number, _ in self.fields}


def kind_of(file: Path, head: bytes) -> Format:
    """Return the format of a file that is none of those that can be told by their first bytes.

    Raises:
        NotAModel: it is no model; the sentence says what it is, as far as that can be told.
    """
    if sentence := _checkpoint(file):
        raise NotAModel(sentence)
    content = open_message(file)
    outline = _outline(content)
    if _is_onnx(outline):
        return Format.ONNX
    if _is_graph(outline):
        return Format.FROZEN_GRAPH
    raise NotAModel(_refusal(file, outline, head))


def _outline(content: memoryview) -> _Outline:
    found: list[tuple[int, int | memoryview]] = []
    try:
        for field in islice(fields(content, cut=True), _FIELDS_READ):
            found.append(field)  # noqa: PERF402  what was found is kept when the file breaks off
    except Malformed:
        return _Outline(tuple(found), whole=False)
    return _Outline(tuple(found), whole=True)


def _is_onnx(outline: _Outline) -> bool:
    versions = outline.all(1)
    if len(versions) != 1 or versions[0] not in _ONNX_VERSIONS:
        return False
    graphs = outline.all(_ONNX_GRAPH)
    return len(graphs) == 1 and not isinstance(graphs[0], int) and max(outline.numbers) < 200


def _is_graph(outline: _Outline) -> bool:
    nodes = outline.all(_NODE)
    if not nodes or not outline.numbers <= {_NODE, _LIBRARY, _VERSION, _VERSIONS}:
        return False
    try:
        node = read_node(message(nodes[0]))
    except Malformed:
        return len(nodes) == 1 and not outline.whole and _is_cut_node(nodes[0])
    return _OPERATOR.fullmatch(node.operator) is not None


def _is_cut_node(value: int | memoryview) -> bool:
    """Whether the only node of a file that was cut short began as one: with its name."""
    if isinstance(value, int):
        return False
    found: dict[int, int | memoryview] = {}
    try:
        for number, inner in fields(value, cut=True):
            found.setdefault(number, inner)
    except Malformed:
        pass
    try:
        return _OPERATOR.fullmatch(text(found.get(2, memoryview(b"")))) is not None
    except Malformed:
        return False


def _checkpoint(file: Path) -> str | None:
    size = file.stat().st_size
    with file.open("rb") as stream:
        stream.seek(max(size - len(TABLE_MAGIC), 0))
        is_table = stream.read() == TABLE_MAGIC
    if not is_table and not _SHARD.fullmatch(file.name):
        return None
    if file.parent.name == "variables" and (file.parent.parent / GRAPH_FILE).is_file():
        return f"{file} is a part of a SavedModel. Give its folder: {file.parent.parent}."
    return (
        f"{file} is a part of a TensorFlow checkpoint, which holds weights without an "
        "architecture. Load it where the model is built in Python, and save it whole with "
        'model.save("model.keras").'
    )


def _refusal(file: Path, outline: _Outline, head: bytes) -> str:
    schema, graphs = outline.all(1), outline.all(2)
    if outline.numbers and max(outline.numbers) >= _FIRST_CORE_ML_TYPE and len(schema) == 1:
        return (
            f"{file} is a Core ML model, which is made for Apple's devices. Give the Keras file "
            "or SavedModel that it was converted from."
        )
    if schema == [1] and graphs and outline.numbers <= {1, 2}:
        return (
            f"{file} is the graph of a SavedModel without the folder around it: its variables/ "
            f"are missing. Copy the whole folder, where the file is called {GRAPH_FILE}."
        )
    if (file.parent / GRAPH_FILE).is_file():
        return f"{file} is a part of a SavedModel. Give its folder: {file.parent}."
    if _is_meta_graph(outline):
        return (
            f"{file} is the graph of a TensorFlow checkpoint (.meta), whose weights are in other "
            "files. Load it with tf.train.import_meta_graph where TensorFlow is, and save it as a "
            "SavedModel folder."
        )
    suffix = f" Its name ends in {file.suffix}, but" if file.suffix else " But"
    return (
        f"{file} is not a model that can be read.{suffix} its content starts with "
        f"{head[:8].hex(' ')}, which none of the known formats does. Copy it again, or give the "
        "model's own file."
    )


def _is_meta_graph(outline: _Outline) -> bool:
    """Whether a MetaInfoDef comes first, and then a graph."""
    info, graphs = outline.all(1), outline.all(2)
    if len(info) != 1 or not graphs or isinstance(info[0], int) or isinstance(graphs[0], int):
        return False
    try:
        nodes = _first_nodes(graphs[0])
        return all(_OPERATOR.fullmatch(read_node(node).operator) for node in islice(nodes, 3))
    except Malformed:
        return False


def _first_nodes(graph: memoryview) -> Iterator[memoryview]:
    return (message(value) for number, value in fields(graph) if number == _NODE)
