import os
from functools import lru_cache
from pathlib import Path

import numpy as np
import onnxruntime as ort

PATH = Path(__file__).resolve().parent / "labels.onnx"


@lru_cache(maxsize=1)
def session() -> ort.InferenceSession:
    options = ort.SessionOptions()
    options.intra_op_num_threads = int(os.environ.get("ORT_THREADS", "1"))
    return ort.InferenceSession(str(PATH), options, providers=["CPUExecutionProvider"])


def scores(features: list[float]) -> list[float]:
    model = session()
    x = np.asarray([features], dtype=np.float32)
    return model.run(None, {model.get_inputs()[0].name: x})[0][0].tolist()
