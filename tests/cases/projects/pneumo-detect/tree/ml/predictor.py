import os

import numpy as np
import onnxruntime

HERE = os.path.dirname(os.path.abspath(__file__))
_session = None


def session():
    global _session
    if _session is None:
        _session = onnxruntime.InferenceSession(os.path.join(HERE, 'Pneumo.onnx'))
    return _session


def predict(pixels):
    s = session()
    x = np.asarray(pixels, dtype=np.float32).reshape(1, -1)
    return s.run(None, {s.get_inputs()[0].name: x})[0][0].tolist()
