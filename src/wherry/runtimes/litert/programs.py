"""A ``.tflite`` file's signatures: which tensors they are, and how numbers are stored in them."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from wherry.errors import BundleError, InvalidInput
from wherry.runtimes.litert.messages import sentence
from wherry.runtimes.quantization import Quantization
from wherry.tensors import VARIABLE, Array, Datatype, Signature, TensorSpec

_UNNAMED = "serving_default"
_QUANTIZED = (Datatype.INT8, Datatype.UINT8, Datatype.INT16)

type Shapes = list[tuple[int, ...]]


@dataclass(slots=True)
class Port:
    """One input or output: where it is in its subgraph, and how its numbers are stored."""

    spec: TensorSpec
    index: int
    quantization: Quantization | None

    def stored(self, array: Array) -> Array:
        """Return the array as the tensor holds it."""
        if self.quantization is None:
            return array
        return self.quantization.quantize(self.spec.name, array)


@dataclass(slots=True)
class Program:
    """One signature, ready to run.

    ``shapes`` are the input shapes that memory is allocated for; None when that is not known.
    """

    signature: Signature
    subgraph: int
    inputs: tuple[Port, ...]
    outputs: tuple[Port, ...]
    shapes: Shapes | None = None

    def restore(self, results: dict[str, Array]) -> dict[str, Array]:
        """Replace the integers of quantized outputs by the numbers that they stand for."""
        for port in self.outputs:
            if port.quantization is not None:
                results[port.spec.name] = port.quantization.dequantize(results[port.spec.name])
        return results

    def refuse_empty(self, shapes: Shapes) -> None:
        """Raise InvalidInput for an array without items: kernels divide by such sizes."""
        for port, shape in zip(self.inputs, shapes, strict=True):
            if 0 in shape:
                raise InvalidInput(
                    f'Input "{port.spec.name}" is empty (shape {list(shape)}); '
                    "LiteRT needs at least one item."
                )

    def refused(self, shapes: Shapes, reason: str) -> InvalidInput:
        """Return the error for shapes that no memory could be allocated for."""
        given = ", ".join(
            f"{port.spec.name} {list(shape)}"
            for port, shape in zip(self.inputs, shapes, strict=True)
        )
        return InvalidInput(f"The model cannot take inputs of these shapes ({given}): {reason}")


def read_programs(core: Any, name: str) -> dict[str, Program]:
    """Return every signature of an Interpreter's wrapper; ``serving_default`` if it has none.

    Raises:
        BundleError: the file, called ``name``, describes tensors that it does not have.
    """
    try:
        return _read_programs(core)
    except (ValueError, TypeError, IndexError, RuntimeError) as error:
        raise BundleError(
            f"The signatures of {name} do not fit its tensors; convert the model again. "
            f"({sentence(str(error))})"
        ) from error


def _read_programs(core: Any) -> dict[str, Program]:
    declared = core.GetSignatureDefs()
    if not declared:
        inputs = {plain_name(core.TensorName(i, 0)): i for i in core.InputIndices()}
        outputs = {plain_name(core.TensorName(i, 0)): i for i in core.OutputIndices()}
        return {_UNNAMED: _program(core, _UNNAMED, 0, inputs, outputs)}
    programs = {}
    for name, tensors in declared.items():
        subgraph = core.GetSubgraphIndexFromSignature(name)
        programs[name] = _program(core, name, subgraph, tensors["inputs"], tensors["outputs"])
    return programs


def plain_name(tensor: str) -> str:
    """Return ``image`` for ``serving_default_image:0``."""
    return re.sub(r":0$", "", tensor).removeprefix("serving_default_")


def _program(
    core: Any, name: str, subgraph: int, inputs: Mapping[str, int], outputs: Mapping[str, int]
) -> Program:
    input_ports = tuple(_port(core, subgraph, n, index) for n, index in inputs.items())
    output_ports = tuple(_port(core, subgraph, n, index) for n, index in outputs.items())
    signature = Signature(
        name, tuple(p.spec for p in input_ports), tuple(p.spec for p in output_ports)
    )
    return Program(signature, subgraph, input_ports, output_ports)


def _port(core: Any, subgraph: int, name: str, index: int) -> Port:
    kind = core.TensorType(index, subgraph)
    dtype = np.dtype(kind)
    try:
        datatype = Datatype.of(dtype)
    except InvalidInput:
        raise BundleError(
            f'Tensor "{name}" holds elements of type {dtype}, which cannot be served.'
        ) from None
    shape = tuple(int(size) for size in core.TensorSizeSignature(index, subgraph))
    if any(size < VARIABLE for size in shape):
        raise ValueError(f'tensor "{name}" has the shape {list(shape)}')
    quantization = None
    if datatype in _QUANTIZED:
        scales, zero_points, *_ = core.TensorQuantizationParameters(index, subgraph)
        if len(scales) == 1 and scales[0] > 0:
            quantization = Quantization(np.float32(scales[0]), int(zero_points[0]), dtype)
            datatype = Datatype.FP32
    return Port(TensorSpec(name, datatype, shape), index, quantization)
