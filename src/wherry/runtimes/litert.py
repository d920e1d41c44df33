"""LiteRT: ``.tflite`` files, through ``ai_edge_litert``'s Interpreter.

The Interpreter is used because it releases the GIL while it runs and can change the batch size;
CompiledModel does neither.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from wherry.errors import BundleError, ExecutionFailed, InvalidInput, RuntimeMissing
from wherry.runtimes.pages import release_mapped
from wherry.runtimes.protocol import LoadedModel, LoadOptions
from wherry.runtimes.quantization import Quantization
from wherry.tensors import Array, Datatype, Signature, TensorSpec

_DEFAULT_SIGNATURE = "serving_default"


def load(model: Path, options: LoadOptions) -> LoadedModel:
    """Load a ``.tflite`` file; see ``protocol.Runtime``."""
    try:
        from ai_edge_litert.interpreter import Interpreter
    except ImportError as error:
        raise RuntimeMissing(
            f'Serving a .tflite model needs LiteRT: pip install "wherry[litert]" ({error}).'
        ) from error
    return LiteRTModel(_open(Interpreter, model, options.threads), model)


def _open(interpreter_class: Any, model: Path, threads: int) -> Any:
    """Return an Interpreter with its tensors allocated."""
    try:
        interpreter = interpreter_class(model_path=str(model), num_threads=threads)
    except (ValueError, RuntimeError) as error:
        raise BundleError(_cannot_load(model, str(error))) from error
    try:
        interpreter.allocate_tensors()
    except (ValueError, RuntimeError) as error:
        raise BundleError(_cannot_load(model, str(error))) from error
    return interpreter


@dataclass(slots=True)
class _Port:
    """One input or output: where it is in its subgraph, and how its numbers are stored."""

    spec: TensorSpec
    index: int
    quantization: Quantization | None


@dataclass(slots=True)
class _Program:
    """One signature, ready to run."""

    signature: Signature
    subgraph: int
    inputs: tuple[_Port, ...]
    outputs: tuple[_Port, ...]
    shapes: list[tuple[int, ...]] | None = field(default=None)
    """The input shapes that memory is allocated for; None: unknown, allocate."""


class LiteRTModel:
    """A loaded ``.tflite`` model.

    A quantized input or output (8 or 16 bit, one scale for the whole tensor) is offered as FP32:
    real numbers go in and come out, and are converted with the tensor's own scale and zero point.
    An integer tensor without a scale keeps its integers.
    """

    concurrent = False

    def __init__(self, interpreter: Any, path: Path) -> None:
        self._path = path
        # The wrapper below Interpreter is the only way to run a signature of a second subgraph
        # without allocating all of its memory again at every call.
        core = interpreter._interpreter
        self._programs = _programs(core)
        self._signatures = {name: p.signature for name, p in self._programs.items()}
        self._set = core.SetTensor
        self._get = core.GetTensor
        self._resize = core.ResizeInputTensor
        self._allocate = core.AllocateTensors
        self._reset = core.ResetVariableTensors
        self._invoke = core.Invoke

    @property
    def signatures(self) -> Mapping[str, Signature]:
        """The signatures that the file states, or ``serving_default`` made of its tensors."""
        return self._signatures

    def run(self, signature: str, inputs: Mapping[str, Array]) -> dict[str, Array]:
        """Run one signature; see ``protocol.LoadedModel``."""
        program = self._programs[signature]
        arrays = [_stored(port, inputs[port.spec.name]) for port in program.inputs]
        shapes = [array.shape for array in arrays]
        subgraph = program.subgraph
        if shapes != program.shapes:
            self._reshape(program, shapes)
        try:
            for port, array in zip(program.inputs, arrays, strict=True):
                self._set(port.index, array, subgraph)
            # Recurrent kernels keep their state between calls, as Keras and TensorFlow do not.
            self._reset()
            self._invoke(subgraph)
            results = {port.spec.name: self._get(port.index, subgraph) for port in program.outputs}
        except (ValueError, RuntimeError) as error:
            program.shapes = None
            raise _run_error(str(error)) from error
        for port in program.outputs:
            if port.quantization is not None:
                name = port.spec.name
                results[name] = port.quantization.dequantize(results[name])
        return results

    def _reshape(self, program: _Program, shapes: list[tuple[int, ...]]) -> None:
        for port, shape in zip(program.inputs, shapes, strict=True):
            if 0 in shape:
                raise InvalidInput(
                    f'Input "{port.spec.name}" is empty (shape {list(shape)}); '
                    "LiteRT needs at least one item."
                )
        program.shapes = None
        try:
            for port, shape in zip(program.inputs, shapes, strict=True):
                self._resize(port.index, np.array(shape, np.int32), False, program.subgraph)
            self._allocate(program.subgraph)
        except (ValueError, RuntimeError) as error:
            given = ", ".join(
                f"{port.spec.name} {list(shape)}"
                for port, shape in zip(program.inputs, shapes, strict=True)
            )
            raise InvalidInput(
                f"The model cannot take inputs of these shapes ({given}): {_sentence(str(error))}"
            ) from error
        program.shapes = shapes

    def trim(self) -> None:
        """Drop the pages of the model file: most weights were copied when they were packed."""
        release_mapped(self._path)

    def close(self) -> None:
        """Free the interpreter."""
        del self._set, self._get, self._resize, self._allocate, self._reset, self._invoke


def _stored(port: _Port, array: Array) -> Array:
    if port.quantization is None:
        return array
    return port.quantization.quantize(port.spec.name, array)


def _programs(core: Any) -> dict[str, _Program]:
    """Bind every signature of the file; one of the first subgraph's tensors if it has none."""
    declared = core.GetSignatureDefs()
    if not declared:
        return {_DEFAULT_SIGNATURE: _unnamed_program(core)}
    programs = {}
    for name, tensors in declared.items():
        subgraph = core.GetSubgraphIndexFromSignature(name)
        programs[name] = _program(core, name, subgraph, tensors["inputs"], tensors["outputs"])
    return programs


def _unnamed_program(core: Any) -> _Program:
    inputs = {_plain_name(core.TensorName(i, 0)): i for i in core.InputIndices()}
    outputs = {_plain_name(core.TensorName(i, 0)): i for i in core.OutputIndices()}
    return _program(core, _DEFAULT_SIGNATURE, 0, inputs, outputs)


def _plain_name(tensor: str) -> str:
    """Return ``image`` for ``serving_default_image:0``."""
    return re.sub(r":0$", "", tensor).removeprefix("serving_default_")


def _program(
    core: Any, name: str, subgraph: int, inputs: Mapping[str, int], outputs: Mapping[str, int]
) -> _Program:
    input_ports = tuple(_port(core, subgraph, n, index) for n, index in inputs.items())
    output_ports = tuple(_port(core, subgraph, n, index) for n, index in outputs.items())
    signature = Signature(
        name, tuple(p.spec for p in input_ports), tuple(p.spec for p in output_ports)
    )
    return _Program(signature, subgraph, input_ports, output_ports)


def _port(core: Any, subgraph: int, name: str, index: int) -> _Port:
    kind = core.TensorType(index, subgraph)
    dtype = np.dtype(kind)
    try:
        datatype = Datatype.of(dtype)
    except InvalidInput:
        raise BundleError(
            f'Tensor "{name}" holds elements of type {dtype}, which cannot be served.'
        ) from None
    shape = tuple(int(size) for size in core.TensorSizeSignature(index, subgraph))
    quantization = None
    if datatype in (Datatype.INT8, Datatype.UINT8, Datatype.INT16):
        scales, zero_points, *_ = core.TensorQuantizationParameters(index, subgraph)
        if len(scales) == 1 and scales[0] > 0:
            quantization = Quantization(np.float32(scales[0]), int(zero_points[0]), dtype)
            datatype = Datatype.FP32
    return _Port(TensorSpec(name, datatype, shape), index, quantization)


_SOURCE_LINE = re.compile(r"[\w/]+\.(?:cc|h|cpp):\d+:?\s*")
_FAILED_NODE = re.compile(r"Node number \d+ \((\w+)\) failed to (?:invoke|prepare)\.?")
_MISSING_OP = re.compile(r"unresolved custom op: (\w+)|Select TensorFlow op\(s\)", re.IGNORECASE)


def _sentence(message: str) -> str:
    """Return what a LiteRT message says last, without source files of its own.

    LiteRT runs the lines of a message together, and those of earlier failures before them.
    """
    nodes = [node for node in _FAILED_NODE.findall(message) if node != "WHILE"]
    pieces = [
        piece.strip().rstrip(".")
        for part in _SOURCE_LINE.split(message)
        for piece in _FAILED_NODE.sub("\n", part).split("\n")
    ]
    said = next((piece for piece in reversed(pieces) if piece), "no reason was given")[:300]
    return f"{said} (operator {nodes[-1]})." if nodes else f"{said}."


def _cannot_load(model: Path, message: str) -> str:
    missing = _MISSING_OP.search(message)
    if missing is None:
        return (
            f"{model.name} cannot be loaded by LiteRT; is it a whole .tflite file? "
            f"{_sentence(message)}"
        )
    operator = missing.group(1)
    if operator is None or operator.startswith("Flex"):
        what = f"operators of TensorFlow ({operator})" if operator else "operators of TensorFlow"
        return (
            f"{model.name} needs {what} that LiteRT does not have: "
            'serve the SavedModel with the "tensorflow" runtime.'
        )
    return f'{model.name} needs a custom operator "{operator}" that LiteRT does not have.'


_INPUTS_FAULT = re.compile(
    r"bound|out of range|index|indices|divi|shape|dimension|dims|mismatch|must be|!=", re.IGNORECASE
)


def _run_error(message: str) -> InvalidInput | ExecutionFailed:
    """LiteRT has no error codes: tell the input's fault by the words of the message."""
    sentence = _sentence(message)
    if _INPUTS_FAULT.search(message):
        return InvalidInput(f"The model refused these values: {sentence}")
    return ExecutionFailed(f"LiteRT could not run the model: {sentence}")
