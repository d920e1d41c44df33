"""ONNX's files (``.onnx``). Numbers of fields and types: onnx.proto."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from math import prod

from wherry.errors import BundleError, NotAModel
from wherry.inspection.carriers import onnx_carriers
from wherry.inspection.report import Format, Inspection
from wherry.inspection.stamp import Stamp
from wherry.inspection.tally import Tally
from wherry.runtimes.onnx.external import external_files
from wherry.runtimes.protobuf import (
    Malformed,
    fields,
    integer,
    message,
    messages,
    open_message,
    text,
)
from wherry.tensors import VARIABLE, Datatype, Signature, TensorSpec

_SIGNATURE = "serving_default"
_STANDARD = ("", "ai.onnx")

_DATATYPES = {
    1: Datatype.FP32,
    2: Datatype.UINT8,
    3: Datatype.INT8,
    4: Datatype.UINT16,
    5: Datatype.INT16,
    6: Datatype.INT32,
    7: Datatype.INT64,
    8: Datatype.BYTES,
    9: Datatype.BOOL,
    10: Datatype.FP16,
    11: Datatype.FP64,
    12: Datatype.UINT32,
    13: Datatype.UINT64,
    14: Datatype.COMPLEX64,
    15: Datatype.COMPLEX128,
    16: Datatype.BF16,
}
_SMALL = {17: ("FP8", 8), 18: ("FP8", 8), 19: ("FP8", 8), 20: ("FP8", 8)} | {
    21: ("UINT4", 4),
    22: ("INT4", 4),
    23: ("FP4", 4),
}
_NOT_SERVED = (Datatype.COMPLEX64, Datatype.COMPLEX128)  # as ONNX Runtime has them not either


class _Unsupported(Exception):
    """An input or output that cannot be served."""


@dataclass(slots=True)
class _Model:
    """What a walk through a file found."""

    producer: str = ""
    producer_version: str = ""
    opsets: dict[str, int] = field(default_factory=dict)
    graph: memoryview | None = None
    operators: Counter[str] = field(default_factory=Counter)
    functions: set[str] = field(default_factory=set)
    tally: Tally = field(default_factory=Tally)


def onnx(stamp: Stamp) -> Inspection:
    """Read an ``.onnx`` file.

    Raises:
        NotAModel: it is damaged, was cut short, or lacks the files with its weights.
    """
    try:
        model = _read(open_message(stamp.path))
        external = external_files(stamp.path)
        signatures, unsupported = _signatures(model.graph or memoryview(b""))
    except (Malformed, BundleError) as error:
        raise NotAModel(str(error) or _damaged(stamp)) from None
    operators = dict(model.operators.most_common())
    custom = tuple(
        name
        for name in operators
        if ":" in name and name not in model.functions and not _runtime_has(name)
    )
    return Inspection(
        path=stamp.path,
        format=Format.ONNX,
        size_bytes=stamp.size_bytes,
        sha256=stamp.sha256,
        written_by=_written_by(model),
        signatures=signatures,
        unsupported_signatures=unsupported,
        operators=operators,
        weights=model.tally.weights(),
        custom_objects=custom,
        carriers=onnx_carriers(custom, model.opsets.get("", 0), unsupported),
        notes=tuple(
            f"Weights are in {file.name} too, which must lie beside it." for file in external
        ),
    )


def _damaged(stamp: Stamp) -> str:
    return f"{stamp.path} is an ONNX model that is damaged or was cut short. Copy it again."


def _runtime_has(operator: str) -> bool:
    """Whether ONNX Runtime brings the operators of this domain along."""
    domain = operator.partition(":")[0]
    return domain.startswith(("ai.onnx.", "com.microsoft", "com.ms.")) and not domain.startswith(
        "ai.onnx.contrib"  # that of onnxruntime-extensions, which is not there
    )


def _written_by(model: _Model) -> dict[str, str]:
    written_by = {}
    if model.producer:
        written_by["producer"] = f"{model.producer} {model.producer_version}".strip()
    for domain, version in sorted(model.opsets.items()):
        written_by[f"opset {domain}".strip()] = str(version)
    return written_by


def _read(content: memoryview) -> _Model:
    model = _Model()
    for number, value in fields(content):
        if number == 2:
            model.producer = text(value)
        elif number == 3:
            model.producer_version = text(value)
        elif number == 7:
            model.graph = message(value)
            _count_graph(model, model.graph)
        elif number == 8:
            domain, version = _opset(message(value))
            model.opsets["" if domain in _STANDARD else domain] = version
        elif number == 25:
            function = message(value)
            name, domain = _texts(function, 1, 10)
            model.functions.add(_operator(domain, name))
            for node in messages(function, 7):
                _count_nodes(model, node)
    if model.graph is None:
        raise Malformed
    return model


def _opset(content: memoryview) -> tuple[str, int]:
    domain, version = "", 0
    for number, value in fields(content):
        if number == 1:
            domain = text(value)
        elif number == 2:
            version = integer(value)
    return domain, version


def _texts(content: memoryview, *wanted: int) -> list[str]:
    found = {number: text(value) for number, value in fields(content) if number in wanted}
    return [found.get(number, "") for number in wanted]


def _operator(domain: str, name: str) -> str:
    return name if domain in _STANDARD else f"{domain}:{name}"


def _count_graph(model: _Model, graph: memoryview) -> None:
    for number, value in fields(graph):
        if number == 1:
            _count_nodes(model, message(value))
        elif number == 5:
            _count_tensor(model, message(value))
        elif number == 15:
            for tensor in messages(message(value), 1):
                _count_tensor(model, tensor)


def _count_nodes(model: _Model, node: memoryview) -> None:
    """Count a node, and those of the graphs that it holds (the branches of an If)."""
    pending = [node]
    while pending:
        current = pending.pop()
        name, domain = _texts(current, 4, 7)
        model.operators[_operator(domain, name)] += 1
        for attribute in messages(current, 5):
            for number, value in fields(attribute):
                if number == 5:
                    _count_tensor(model, message(value))
                elif number in (6, 11):
                    pending.extend(_graph_nodes(model, message(value)))


def _graph_nodes(model: _Model, graph: memoryview) -> Iterator[memoryview]:
    for number, value in fields(graph):
        if number == 1:
            yield message(value)
        elif number == 5:
            _count_tensor(model, message(value))


def _count_tensor(model: _Model, tensor: memoryview) -> None:
    sizes: list[int] = []
    kind = 0
    for number, value in fields(tensor):
        if number == 1:
            sizes.extend(_numbers(value))
        elif number == 2:
            kind = integer(value)
    count = prod(max(size, 0) for size in sizes)
    datatype = _DATATYPES.get(kind)
    if kind in _SMALL:
        name, bits = _SMALL[kind]
        model.tally.add(name, count, (count * bits + 7) // 8)
    elif datatype is not None and datatype is not Datatype.BYTES:
        item_bytes = 2 if datatype is Datatype.BF16 else datatype.numpy.itemsize
        model.tally.add(str(datatype), count, count * item_bytes)


def _numbers(value: int | memoryview) -> Iterator[int]:
    """Yield the numbers of a repeated field, packed or not."""
    if isinstance(value, int):
        yield integer(value)
        return
    number = shift = 0
    for byte in value:
        number |= (byte & 0x7F) << shift
        shift += 7
        if byte < 0x80:
            yield integer(number)
            number = shift = 0


def _signatures(graph: memoryview) -> tuple[dict[str, Signature], dict[str, str]]:
    constants = {name for tensor in messages(graph, 5) for name in _texts(tensor, 8)}
    try:
        inputs = [_spec(value, "input") for value in messages(graph, 11)]
        outputs = [_spec(value, "output") for value in messages(graph, 12)]
    except _Unsupported as reason:
        return {}, {_SIGNATURE: str(reason)}
    # Before IR version 4 an initializer was an input as well.
    given = tuple(spec for spec in inputs if spec.name not in constants)
    return {_SIGNATURE: Signature(_SIGNATURE, given, tuple(outputs))}, {}


def _spec(value_info: memoryview, what: str) -> TensorSpec:
    name = _texts(value_info, 1)[0]
    kind, shape = 0, None
    for number, value in fields(next(messages(value_info, 2), memoryview(b""))):
        if number != 1:
            raise _Unsupported(
                f'The {what} "{name}" is a sequence, a map or the like, and only tensors can be '
                "served; convert the model again so that it gives tensors (scikit-learn: "
                "zipmap=False)."
            )
        for key, inner in fields(message(value)):
            if key == 1:
                kind = integer(inner)
            elif key == 2:
                shape = tuple(_size(dimension) for dimension in messages(message(inner), 1))
    datatype = _DATATYPES.get(kind)
    if datatype is None or datatype in _NOT_SERVED:
        raise _Unsupported(f'The {what} "{name}" holds elements of a type that cannot be served.')
    # ONNX Runtime does not tell a scalar from a tensor of any rank.
    return TensorSpec(name, datatype, shape or None)


def _size(dimension: memoryview) -> int:
    for number, value in fields(dimension):
        if number == 1 and integer(value) >= 0:
            return integer(value)
    return VARIABLE
