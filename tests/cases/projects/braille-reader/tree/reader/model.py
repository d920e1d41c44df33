"""One LiteRT interpreter for the process, behind a lock: it has one set of buffers."""

import threading
from pathlib import Path

import numpy as np
from ai_edge_litert.interpreter import Interpreter

_PATH = Path(__file__).resolve().parent / "braille.tflite"
_lock = threading.Lock()
_interpreter = Interpreter(model_path=str(_PATH), num_threads=1)
_interpreter.allocate_tensors()
_input = _interpreter.get_input_details()[0]
_output = _interpreter.get_output_details()[0]
SIZE = int(_input["shape"][-1])


def predict(dots):
    row = np.asarray(dots, dtype=_input["dtype"]).reshape(_input["shape"])
    with _lock:
        _interpreter.set_tensor(_input["index"], row)
        _interpreter.invoke()
        return _interpreter.get_tensor(_output["index"])[0].tolist()
