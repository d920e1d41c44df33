"""A model run by LiteRT's CompiledModel, with weights that all processes map from one file.

Only for weights that ``weights.build`` found to change no answer. CompiledModel holds the GIL
while it runs, which Interpreter does not; Interpreter cannot be given the file.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from wherry.errors import BundleError
from wherry.runtimes.litert.messages import cannot_load, run_error, sentence
from wherry.runtimes.litert.programs import Program, Shapes, plain_name
from wherry.tensors import VARIABLE, Array, Signature, aligned

_NOWHERE = "/nonexistent"
"""Where to look for the plugins of accelerators: we have none to wait for."""


def open_compiled(model: Path, weights: Path, threads: int) -> Any:
    """Return a CompiledModel; it reads the file ``weights``, or writes it if there is none.

    Raises:
        BundleError: the model cannot be compiled.
    """
    from ai_edge_litert.compiled_model import CompiledModel, HardwareAccelerator
    from ai_edge_litert.environment import Environment, EnvironmentOptions
    from ai_edge_litert.options import CpuOptions, Options

    environment = Environment.create(
        options=EnvironmentOptions(
            runtime_path=_NOWHERE, compiler_plugin_path=_NOWHERE, dispatch_library_path=_NOWHERE
        )
    )
    cpu = CpuOptions(num_threads=threads, xnnpack_weight_cache_path=str(weights))
    try:
        return CompiledModel.from_file(
            str(model),
            environment=environment,
            options=Options(HardwareAccelerator.CPU, cpu_options=cpu),
        )
    except (ValueError, RuntimeError) as error:
        raise BundleError(cannot_load(model.name, str(error))) from error


@dataclass(slots=True)
class _Buffers:
    """What one signature runs on: its index, and a buffer for each input and output."""

    index: int
    input_names: list[str]
    output_names: list[str]
    inputs: list[Any] = field(default_factory=list)
    outputs: list[tuple[Any, int, tuple[int, ...], Any]] = field(default_factory=list)


class CompiledLiteRTModel:
    """A loaded ``.tflite`` model with shared weights; otherwise as ``InterpreterModel``."""

    concurrent = False

    def __init__(self, compiled: Any, programs: dict[str, Program]) -> None:
        self._compiled = compiled
        self._programs = programs
        self._signatures = {name: p.signature for name, p in programs.items()}
        declared = compiled.get_signature_list()
        self._keys = dict(zip(programs, declared, strict=True)) if len(declared) == 1 else {}
        self._buffers = {}
        for name in programs:
            key = self._keys.setdefault(name, name)
            self._buffers[name] = _Buffers(
                compiled.get_signature_index(key),
                [plain_name(n) for n in declared[key]["inputs"]],
                [plain_name(n) for n in declared[key]["outputs"]],
            )

    @property
    def signatures(self) -> Mapping[str, Signature]:
        """The signatures that the file states, or ``serving_default`` made of its tensors."""
        return self._signatures

    def run(self, signature: str, inputs: Mapping[str, Array]) -> dict[str, Array]:
        """Run one signature; see ``protocol.LoadedModel``."""
        program = self._programs[signature]
        buffers = self._buffers[signature]
        arrays = {port.spec.name: port.stored(inputs[port.spec.name]) for port in program.inputs}
        shapes = [array.shape for array in arrays.values()]
        try:
            if shapes != program.shapes:
                self._reshape(program, buffers, arrays, shapes)
            for name, buffer in zip(buffers.input_names, buffers.inputs, strict=True):
                buffer.write(aligned(arrays[name]))
            self._compiled.run_by_index(
                buffers.index, buffers.inputs, [output[0] for output in buffers.outputs]
            )
            results = {
                name: buffer.read(count, dtype).reshape(shape)
                for name, (buffer, count, shape, dtype) in zip(
                    buffers.output_names, buffers.outputs, strict=True
                )
            }
        except (ValueError, RuntimeError) as error:
            program.shapes = None
            raise run_error(str(error)) from error
        return program.restore(
            {port.spec.name: results[port.spec.name] for port in program.outputs}
        )

    def _reshape(
        self, program: Program, buffers: _Buffers, arrays: Mapping[str, Array], shapes: Shapes
    ) -> None:
        program.refuse_empty(shapes)
        program.shapes = None
        buffers.inputs, buffers.outputs = [], []
        compiled = self._compiled
        fixed = {p.spec.name for p in program.inputs if VARIABLE not in (p.spec.shape or ())}
        try:
            for place, name in enumerate(buffers.input_names):
                if name in fixed:
                    continue
                wanted = list(arrays[name].shape)
                compiled.resize_input_tensor(place, wanted, buffers.index, strict=False)
            buffers.inputs = compiled.create_input_buffers(buffers.index)
            outputs = compiled.create_output_buffers(buffers.index)
            key = self._keys[program.signature.name]
            details = compiled.get_output_tensor_details(key).values()
            for buffer, detail in zip(outputs, details, strict=True):
                shape = tuple(detail["shape"])
                count = int(np.prod(shape, dtype=np.int64))
                buffers.outputs.append((buffer, count, shape, np.dtype(detail["dtype"])))
        except (ValueError, RuntimeError) as error:
            raise program.refused(shapes, sentence(str(error))) from error
        program.shapes = shapes

    def trim(self) -> None:
        """Do nothing: the weights are mapped from the file that all processes share."""

    def close(self) -> None:
        """Free the model."""
        self._buffers.clear()
        self._compiled.close()
