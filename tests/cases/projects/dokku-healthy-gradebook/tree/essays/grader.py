import zlib
from functools import cache
from pathlib import Path

import numpy as np
import onnxruntime as ort


@cache
def _session() -> ort.InferenceSession:
    options = ort.SessionOptions()
    options.intra_op_num_threads = 2
    return ort.InferenceSession(str(Path(__file__).resolve().parent / "grader.onnx"), options)


def grade(text: str) -> float:
    bag = np.zeros((1, 4096), dtype=np.float32)
    for word in text.lower().split():
        bag[0, zlib.crc32(word.encode()) % 4096] += 1
    return round(float(_session().run(["grade"], {"bag": bag})[0][0, 0]), 1)
