"""A model run by LiteRT's Interpreter.

It is what models are run by unless weights are shared: it releases the GIL while it runs.
"""

import os
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import numpy as np

from wherry.errors import BundleError
from wherry.runtimes.litert.messages import cannot_load, run_error, sentence
from wherry.runtimes.litert.programs import Program, Shapes, read_programs
from wherry.runtimes.pages import release_mapped
from wherry.tensors import Array, Signature

_MESSAGE_CHARACTERS = 2**20
"""An Interpreter adds every failure to one message that it never clears."""


def open_interpreter(interpreter_class: Any, path: str, name: str, threads: int) -> Any:
    """Return an Interpreter.

    Raises:
        BundleError: the file is not what it should be; the sentence calls it ``name``.
    """
    try:
        return interpreter_class(model_path=path, num_threads=threads)
    except (ValueError, RuntimeError) as error:
        raise BundleError(cannot_load(name, str(error))) from error


class InterpreterModel:
    """A loaded ``.tflite`` model.

    A quantized input or output (8 or 16 bit, one scale for the whole tensor) is offered as FP32:
    real numbers go in and come out, and are converted with the tensor's own scale and zero point.
    An integer tensor without a scale keeps its integers.
    """

    concurrent = False

    def __init__(self, interpreter_class: Any, path: Path, threads: int) -> None:
        self._path = path
        # Kept open so that what is read again is what was loaded, whatever happened to the name.
        self._file = os.open(path, os.O_RDONLY)
        self._open: Callable[[str], Any] = lambda source: open_interpreter(
            interpreter_class, source, path.name, threads
        )
        try:
            self._start(str(path))
        except BaseException:
            os.close(self._file)
            raise

    def _start(self, source: str) -> None:
        interpreter = self._open(source)
        try:
            interpreter.allocate_tensors()
        except (ValueError, RuntimeError) as error:
            raise BundleError(cannot_load(self._path.name, str(error))) from error
        # The wrapper below Interpreter is the only way to run a signature of a second subgraph
        # without allocating all of its memory again at every call.
        core = interpreter._interpreter
        self._programs: dict[str, Program] = read_programs(core, self._path.name)
        self._signatures = {name: p.signature for name, p in self._programs.items()}
        self._set = core.SetTensor
        self._get = core.GetTensor
        self._view = core.tensor
        self._resize = core.ResizeInputTensor
        self._allocate = core.AllocateTensors
        self._reset = core.ResetVariableTensors
        self._invoke = core.Invoke

    def _stop(self) -> None:
        del (
            self._set,
            self._get,
            self._view,
            self._resize,
            self._allocate,
            self._reset,
            self._invoke,
        )

    @property
    def signatures(self) -> Mapping[str, Signature]:
        """The signatures that the file states, or ``serving_default`` made of its tensors."""
        return self._signatures

    def run(self, signature: str, inputs: Mapping[str, Array]) -> dict[str, Array]:
        """Run one signature; see ``protocol.LoadedModel``."""
        program = self._programs[signature]
        subgraph = program.subgraph
        arrays = [port.stored(inputs[port.spec.name]) for port in program.inputs]
        shapes = [array.shape for array in arrays]
        try:
            if shapes != program.shapes:
                self._reshape(program, shapes)
            for port, array in zip(program.inputs, arrays, strict=True):
                self._fill(port.index, array, subgraph)
            # Recurrent kernels keep their state between calls, as Keras and TensorFlow do not.
            self._reset()
            self._invoke(subgraph)
            results = {port.spec.name: self._get(port.index, subgraph) for port in program.outputs}
        except (ValueError, RuntimeError) as error:
            program.shapes = None
            message = str(error)
            if len(message) > _MESSAGE_CHARACTERS:
                self._stop()
                self._start(f"/dev/fd/{self._file}")
            raise run_error(message) from error
        return program.restore(results)

    def _fill(self, index: int, array: Array, subgraph: int) -> None:
        if array.flags.aligned or not array.ndim:  # of a scalar there is no view but a copy
            self._set(index, array, subgraph)
        else:
            # SetTensor would align it first. No view of the tensor may outlive this call.
            memoryview(self._view(self, index, subgraph)).cast("B")[:] = memoryview(array).cast("B")

    def _reshape(self, program: Program, shapes: Shapes) -> None:
        program.refuse_empty(shapes)
        program.shapes = None
        try:
            for port, shape in zip(program.inputs, shapes, strict=True):
                self._resize(port.index, np.array(shape, np.int32), False, program.subgraph)
            self._allocate(program.subgraph)
        except (ValueError, RuntimeError) as error:
            raise program.refused(shapes, sentence(str(error))) from error
        program.shapes = shapes

    def trim(self) -> None:
        """Drop the pages of the model file: most weights were copied when they were packed."""
        release_mapped(self._path)

    def close(self) -> None:
        """Free the interpreter."""
        self._stop()
        os.close(self._file)
