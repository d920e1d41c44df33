"""A session of ONNX Runtime as a loaded model."""

import ctypes
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np

from wherry.errors import BundleError, ExecutionFailed, InvalidInput
from wherry.runtimes.bfloat16 import from_bfloat16, to_bfloat16
from wherry.runtimes.devices import CPU
from wherry.runtimes.pages import release_heap
from wherry.tensors import VARIABLE, Array, Datatype, Signature, TensorSpec, aligned

_SIGNATURE = "serving_default"
_BFLOAT16 = 16
"""Element type of bfloat16. Source: onnx.proto, TensorProto.DataType."""

_DATATYPES = {
    "tensor(bool)": Datatype.BOOL,
    "tensor(int8)": Datatype.INT8,
    "tensor(int16)": Datatype.INT16,
    "tensor(int32)": Datatype.INT32,
    "tensor(int64)": Datatype.INT64,
    "tensor(uint8)": Datatype.UINT8,
    "tensor(uint16)": Datatype.UINT16,
    "tensor(uint32)": Datatype.UINT32,
    "tensor(uint64)": Datatype.UINT64,
    "tensor(float16)": Datatype.FP16,
    "tensor(bfloat16)": Datatype.BF16,
    "tensor(float)": Datatype.FP32,
    "tensor(double)": Datatype.FP64,
    "tensor(string)": Datatype.BYTES,
}


def model_of(session: Any) -> "ONNXModel":
    """Return the loaded model of a session.

    Raises:
        BundleError: an input or output is something other than a tensor that can be served.
    """
    if any(d is Datatype.BF16 for d in _datatypes(session)):
        return _BFloat16Model(session)
    return ONNXModel(session)


def _datatypes(session: Any) -> list[Datatype]:
    return [_spec(node).datatype for node in (*session.get_inputs(), *session.get_outputs())]


class ONNXModel:
    """A loaded ``.onnx`` model.

    ``device`` is what it runs on: ``cpu``, or ``cuda`` with the card's name.
    """

    concurrent = True
    device = CPU

    def __init__(self, session: Any) -> None:
        inputs = tuple(_spec(node) for node in session.get_inputs())
        outputs = tuple(_spec(node) for node in session.get_outputs())
        self._signatures = {_SIGNATURE: Signature(_SIGNATURE, inputs, outputs)}
        self._outputs = {_SIGNATURE: [spec.name for spec in outputs]}
        self._strings_in = [spec.name for spec in inputs if spec.datatype is Datatype.BYTES]
        self._strings_out = [spec.name for spec in outputs if spec.datatype is Datatype.BYTES]
        self._session = session

    @property
    def signatures(self) -> Mapping[str, Signature]:
        """The one signature of an ``.onnx`` file, named ``serving_default``."""
        return self._signatures

    def run(self, signature: str, inputs: Mapping[str, Array]) -> dict[str, Array]:
        """Run the model; see ``protocol.LoadedModel``."""
        outputs = self._outputs[signature]
        feed = {name: aligned(array) for name, array in inputs.items()}
        for name in self._strings_in:
            feed[name] = _decoded(name, feed[name])
        try:
            values = self._execute(outputs, feed)
        except InvalidInput:
            raise
        except Exception as error:
            raise _run_error(error) from error
        results = dict(zip(outputs, values, strict=True))
        for name in self._strings_out:
            results[name] = _encoded(results[name])
        return results

    def _execute(self, outputs: list[str], feed: dict[str, Array]) -> list[Array]:
        values: list[Array] = self._session.run(outputs, feed)
        return values

    def trim(self) -> None:
        """Give back the copy of the weights that packing left in the heap."""
        release_heap()

    def close(self) -> None:
        """Free the session."""
        del self._session


class _BFloat16Model(ONNXModel):
    """A model with bfloat16 inputs or outputs, for which ONNX Runtime has no numpy type."""

    def __init__(self, session: Any) -> None:
        super().__init__(session)
        from onnxruntime import OrtValue

        self._value = OrtValue
        self._narrow = {
            spec.name
            for spec in self._signatures[_SIGNATURE].inputs
            if spec.datatype is Datatype.BF16
        }

    def _execute(self, outputs: list[str], feed: dict[str, Array]) -> list[Array]:
        values = {
            name: self._value.ortvalue_from_numpy_with_onnx_type(to_bfloat16(array), _BFLOAT16)
            if name in self._narrow
            else self._value.ortvalue_from_numpy(array)
            for name, array in feed.items()
        }
        return [_array(v) for v in self._session.run_with_ort_values(outputs, values)]


def _array(value: Any) -> Array:
    if value.data_type() != "tensor(bfloat16)":
        array: Array = np.array(value.numpy())
        return array
    shape = tuple(value.shape())
    count = int(np.prod(shape, dtype=np.int64))
    raw = ctypes.string_at(value.data_ptr(), 2 * count)
    return from_bfloat16(np.frombuffer(raw, np.uint16).reshape(shape))


def _decoded(name: str, array: Array) -> Array:
    decoded = np.empty(array.shape, object)
    try:
        decoded.flat = [item.decode() for item in array.flat]
    except UnicodeDecodeError:
        raise InvalidInput(
            f'Input "{name}" holds bytes that are not UTF-8 text, '
            "the only strings that ONNX Runtime takes."
        ) from None
    return decoded


def _encoded(array: Array) -> Array:
    encoded = np.empty(array.shape, object)
    encoded.flat = [item.encode() for item in array.flat]
    return encoded


def _spec(node: Any) -> TensorSpec:
    try:
        datatype = _DATATYPES[node.type]
    except KeyError:
        raise BundleError(
            f'"{node.name}" is a {node.type}, and only tensors of numbers, booleans and strings '
            "can be served; convert the model again so that it gives tensors "
            "(scikit-learn: zipmap=False)."
        ) from None
    # ONNX Runtime says [] of a scalar, and of a tensor with any number of dimensions.
    shape = tuple(size if isinstance(size, int) else VARIABLE for size in node.shape) or None
    return TensorSpec(node.name, datatype, shape)


_CODE = re.compile(r"^\[ONNXRuntimeError\] : \d+ : \w+ : ")
_NODE = re.compile(
    r"Non-zero status code returned while running (\w+) node\. Name:'.*?' Status Message: "
)
_SOURCE = re.compile(
    r"\S+\.(?:cc|h|cpp):\d+ (?:[^()]*\([^()]*\)(?: const)? )?(?:.*? was false\. )?"
)


_LOADING = re.compile(r"Load model from .*? failed:")
_CUSTOM_OP = re.compile(r"Fatal error: (\S+?)\(-?\d+\) is not a registered function/op")


def _sentence(message: str) -> str:
    """Return the first line of an ONNX Runtime message, without its codes and source files."""
    line = _SOURCE.sub("", _CODE.sub("", message.strip()).split("\n", 1)[0])
    node = _NODE.match(line)
    said = line[node.end() if node else 0 :].strip()[:300].rstrip(".")
    return f"{said} (operator {node.group(1)})." if node else f"{said}."


def cannot_load(model: Path, message: str) -> str:
    """Return why the model file cannot be loaded, and what to do."""
    custom = _CUSTOM_OP.search(message)
    if custom is not None:
        return (
            f'{model.name} needs the operator "{custom.group(1)}" that ONNX Runtime does not '
            "have; export the model with standard operators (opset 13 or newer), or serve its "
            "SavedModel."
        )
    return (
        f"{model.name} cannot be loaded by ONNX Runtime: "
        f"{_sentence(_LOADING.sub('', message).replace(str(model), model.name))}"
    )


def _run_error(error: Exception) -> InvalidInput | ExecutionFailed:
    sentence = _sentence(str(error))
    if type(error).__name__ == "InvalidArgument":
        return InvalidInput(f"The model refused these values: {sentence}")
    return ExecutionFailed(f"ONNX Runtime could not run the model: {sentence}")
