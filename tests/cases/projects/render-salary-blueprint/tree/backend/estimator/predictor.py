from functools import lru_cache
from pathlib import Path

import numpy as np
import onnxruntime as ort

ARTIFACT = Path(__file__).resolve().parent / 'artifacts' / 'salary_gbr.onnx'


@lru_cache(maxsize=1)
def session():
    options = ort.SessionOptions()
    options.intra_op_num_threads = 1
    return ort.InferenceSession(str(ARTIFACT), options, providers=['CPUExecutionProvider'])


def estimate(role, country, years):
    feeds = {
        'role': np.array([[role]], dtype=object),
        'country': np.array([[country]], dtype=object),
        'years': np.array([[years]], dtype=np.int64),
    }
    (out,) = session().run(['variable'], feeds)
    return float(out[0, 0])
