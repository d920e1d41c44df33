"""The mushroom model: one interpreter for each thread, since an interpreter must not be shared."""

import threading

import numpy as np
from ai_edge_litert.interpreter import Interpreter
from django.conf import settings
from PIL import Image

_local = threading.local()


def _interpreter():
    if not hasattr(_local, "interpreter"):
        _local.interpreter = Interpreter(model_path=str(settings.MODEL_PATH), num_threads=1)
        _local.interpreter.allocate_tensors()
    return _local.interpreter


def predict(file):
    interpreter = _interpreter()
    given = interpreter.get_input_details()[0]
    image = Image.open(file).convert("RGB").resize((given["shape"][2], given["shape"][1]))
    interpreter.set_tensor(given["index"], np.asarray(image, dtype=np.float32)[None] / 255.0)
    interpreter.invoke()
    return interpreter.get_tensor(interpreter.get_output_details()[0]["index"])[0].tolist()
