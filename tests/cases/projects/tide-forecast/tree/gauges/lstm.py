"""The forecast. LiteRT in production, whatever there is on a laptop."""
import threading
from pathlib import Path

import numpy as np

try:
    from ai_edge_litert.interpreter import Interpreter
except ImportError:
    try:
        from tflite_runtime.interpreter import Interpreter
    except ImportError:
        from tensorflow.lite import Interpreter

MODEL = Path(__file__).with_name("tide_lstm.tflite")
_local = threading.local()


def _interpreter():
    if not hasattr(_local, "interpreter"):
        _local.interpreter = Interpreter(model_path=str(MODEL), num_threads=1)
        _local.interpreter.allocate_tensors()
    return _local.interpreter


def predict(levels):
    interpreter = _interpreter()
    window = np.asarray(levels, dtype=np.float32).reshape(1, 72, 1)
    interpreter.set_tensor(interpreter.get_input_details()[0]["index"], window)
    interpreter.invoke()
    return interpreter.get_tensor(interpreter.get_output_details()[0]["index"])[0].tolist()
