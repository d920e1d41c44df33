"""One interpreter a thread: an interpreter is not safe to share."""

import threading
from pathlib import Path

import numpy as np
from ai_edge_litert.interpreter import Interpreter

_PATH = Path(__file__).parent / "cough.tflite"
_local = threading.local()


def scores(features: list[float]) -> list[float]:
    interpreter = getattr(_local, "interpreter", None)
    if interpreter is None:
        interpreter = _local.interpreter = Interpreter(str(_PATH), num_threads=1)
        interpreter.allocate_tensors()
    (inputs,), (outputs,) = interpreter.get_input_details(), interpreter.get_output_details()
    interpreter.set_tensor(inputs["index"], np.asarray([features], np.float32))
    interpreter.invoke()
    return interpreter.get_tensor(outputs["index"])[0].tolist()
