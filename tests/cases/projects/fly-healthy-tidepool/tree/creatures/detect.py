import threading
from pathlib import Path

import cv2
import numpy as np
import onnxruntime as ort

NAMES = ("anemone", "crab", "limpet", "starfish")
_lock = threading.Lock()
_session = None


def _get():
    global _session
    with _lock:
        if _session is None:
            options = ort.SessionOptions()
            options.intra_op_num_threads = 1
            _session = ort.InferenceSession(str(Path(__file__).with_name("creatures.onnx")), options)
    return _session


def name_of(data: bytes) -> str:
    image = cv2.imdecode(np.frombuffer(data, np.uint8), cv2.IMREAD_COLOR)
    if image is None:
        raise ValueError("no picture")
    batch = cv2.resize(image, (160, 160)).astype(np.float32)[None] / 255.0
    return NAMES[int(_get().run(None, {"image": batch})[0][0].argmax())]
