"""LiteRT's files (``.tflite``).

Numbers of fields and enumerations: schema.fbs and conversion_metadata.fbs of LiteRT.
"""

from collections import Counter
from collections.abc import Iterator

from wherry.errors import NotAModel
from wherry.inspection.carriers import tflite_carriers
from wherry.inspection.flatbuffer import Broken, Table, root
from wherry.inspection.known import tflite_operators
from wherry.inspection.report import Format, Inspection, Weights
from wherry.inspection.stamp import Stamp
from wherry.inspection.tally import Tally
from wherry.runtimes.litert.programs import plain_name
from wherry.runtimes.protobuf import Malformed, open_message
from wherry.tensors import Datatype, Signature, TensorSpec

_UNNAMED = "serving_default"
_MAX_PARTS = 2**21
"""Of tables: offsets may lead to the same one again and again, and no model has as many."""

_DATATYPES: dict[int, Datatype] = {
    0: Datatype.FP32,
    1: Datatype.FP16,
    2: Datatype.INT32,
    3: Datatype.UINT8,
    4: Datatype.INT64,
    5: Datatype.BYTES,
    6: Datatype.BOOL,
    7: Datatype.INT16,
    8: Datatype.COMPLEX64,
    9: Datatype.INT8,
    10: Datatype.FP64,
    11: Datatype.COMPLEX128,
    12: Datatype.UINT64,
    15: Datatype.UINT32,
    16: Datatype.UINT16,
    18: Datatype.BF16,
}
_SMALL = {17: ("INT4", 4), 19: ("INT2", 2), 20: ("UINT4", 4), 21: ("FP8", 8), 22: ("FP8", 8)}
_QUANTIZED = (Datatype.INT8, Datatype.UINT8, Datatype.INT16)
_CUSTOM = 32  # BuiltinOperator.CUSTOM
_PLACEHOLDER = 127  # in the older, signed byte: the number stands in the newer field


class _Unsupported(Exception):
    """A tensor that cannot be an input or output here."""


class _Model:
    """The tables of a file; each is found once, and there is an end to them."""

    def __init__(self, content: memoryview) -> None:
        self.root = root(content)
        self.size = len(content)
        self._left = _MAX_PARTS
        self.codes = [_operator_name(code) for code in self.limited(self.root, 1)]
        self.subgraphs = list(self.limited(self.root, 2))
        self.tensors = [list(self.limited(subgraph, 0)) for subgraph in self.subgraphs]
        self.buffers = list(self.limited(self.root, 4))

    def limited(self, table: Table, field: int) -> Iterator[Table]:
        """Yield the tables of a vector, as long as the file has not had too many."""
        for found in table.tables(field):
            self._left -= 1
            if self._left < 0:
                raise Broken
            yield found


def tflite(stamp: Stamp) -> Inspection:
    """Read a ``.tflite`` file.

    Raises:
        NotAModel: it is damaged, or was cut short.
    """
    try:
        model = _Model(open_message(stamp.path))
        _check_buffers(model)
        signatures, unsupported = _signatures(model)
        operators = _operators(model)
        weights = _weights(model)
        notes, written_by = _metadata(model)
    except (Broken, Malformed, IndexError):
        raise NotAModel(
            f"{stamp.path} is a LiteRT (.tflite) model that is damaged or was cut short. Copy or "
            "convert it again."
        ) from None
    return Inspection(
        path=stamp.path,
        format=Format.TFLITE,
        size_bytes=stamp.size_bytes,
        sha256=stamp.sha256,
        written_by=written_by,
        signatures=signatures,
        unsupported_signatures=unsupported,
        operators=operators,
        weights=weights,
        custom_objects=tuple(name for name in operators if name not in tflite_operators()),
        carriers=tflite_carriers(operators, signatures),
        notes=notes,
    )


def _operator_name(code: Table) -> str:
    old, new = code.number(0, "<b"), code.number(3, "<i")
    number = new if old == _PLACEHOLDER else max(old, new)
    if number == _CUSTOM:
        return code.text(1) or "a custom operator without a name"
    known = tflite_operators()
    return known[number] if 0 <= number < len(known) else f"operator {number}"


def _operators(model: _Model) -> dict[str, int]:
    found: Counter[str] = Counter()
    for subgraph in model.subgraphs:
        for operator in model.limited(subgraph, 3):
            found[model.codes[operator.number(0)]] += 1
    return dict(found.most_common())


def _check_buffers(model: _Model) -> None:
    """Find each buffer's bytes in the file; those of very large models are behind the tables."""
    for buffer in model.buffers:
        buffer.bytes(0)
        if buffer.number(1, "<Q") + buffer.number(2, "<Q") > model.size:
            raise Broken


def _weights(model: _Model) -> tuple[Weights, ...]:
    tally = Tally()
    counted = set()
    for tensors in model.tensors:
        for tensor in tensors:
            index = tensor.number(2)
            buffer = model.buffers[index]
            size = len(buffer.bytes(0)) or buffer.number(2, "<Q")
            # Buffer 0 is that of tensors without data. Several tensors may share another.
            if index and size and index not in counted:
                counted.add(index)
                tally.add(*_held(tensor.number(1, "<b"), size))
    return tally.weights()


def _held(kind: int, size: int) -> tuple[str, int, int]:
    if kind in _SMALL:
        name, bits = _SMALL[kind]
        return name, size * 8 // bits, size
    datatype = _DATATYPES.get(kind)
    if datatype is None or datatype is Datatype.BYTES:
        return str(datatype or f"type {kind}"), 0, size
    item_bytes = 2 if datatype is Datatype.BF16 else datatype.numpy.itemsize
    return str(datatype), size // item_bytes, size


def _signatures(model: _Model) -> tuple[dict[str, Signature], dict[str, str]]:
    found: dict[str, Signature] = {}
    unsupported: dict[str, str] = {}
    for name, subgraph, inputs, outputs in _entry_points(model):
        tensors = model.tensors[subgraph]
        try:
            specs = [
                tuple(_spec(key, tensors[index]) for key, index in ports)
                for ports in (inputs, outputs)
            ]
            found[name] = Signature(name, specs[0], specs[1])
        except _Unsupported as reason:
            unsupported[name] = str(reason)
    return found, unsupported


type _Ports = list[tuple[str, int]]


def _entry_points(model: _Model) -> Iterator[tuple[str, int, _Ports, _Ports]]:
    declared = False
    for signature in model.limited(model.root, 7):
        declared = True
        inputs, outputs = (
            [(port.text(0), port.number(1)) for port in model.limited(signature, field)]
            for field in (0, 1)
        )
        yield signature.text(2), signature.number(4), inputs, outputs
    if not declared:
        subgraph, tensors = model.subgraphs[0], model.tensors[0]
        inputs, outputs = (
            [
                (plain_name(tensors[int(index)].text(3)), int(index))
                for index in subgraph.numbers(field, "i")
            ]
            for field in (1, 2)
        )
        yield _UNNAMED, 0, inputs, outputs


def _spec(name: str, tensor: Table) -> TensorSpec:
    datatype = _DATATYPES.get(tensor.number(1, "<b"))
    if datatype is None:
        raise _Unsupported(f'"{name}" holds elements of a type that cannot be served.')
    if datatype in _QUANTIZED:
        quantization = tensor.table(4)
        scales = quantization.numbers(2, "f") if quantization is not None else ()
        if len(scales) == 1 and scales[0] > 0:
            datatype = Datatype.FP32  # as the runtime offers it
    shape = tensor.numbers(7, "i") or tensor.numbers(0, "i")
    return TensorSpec(name, datatype, tuple(int(size) for size in shape))


def _metadata(model: _Model) -> tuple[tuple[str, ...], dict[str, str]]:
    notes, written_by = [], {}
    for entry in model.limited(model.root, 6):
        content = model.buffers[entry.number(1)].bytes(0)
        match entry.text(0):
            case "min_runtime_version":
                version = bytes(content[:32]).rstrip(b"\0").decode("ascii", "replace")
                notes.append(
                    f"It asks for a TensorFlow Lite runtime of version {version} or newer."
                )
            case "CONVERSION_METADATA":
                version = _converter(content)
                if version:
                    written_by["tensorflow"] = version
    return tuple(notes), written_by


def _converter(content: memoryview) -> str:
    try:
        environment = root(content).table(0)
        return environment.text(0) if environment is not None else ""
    except Broken:
        return ""
