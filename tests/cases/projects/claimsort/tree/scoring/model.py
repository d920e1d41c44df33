from functools import lru_cache
from pathlib import Path

import numpy as np
import onnxruntime as ort

ARTIFACTS = Path(__file__).resolve().parent / "artifacts"
DESKS = ["auto", "home", "fraud", "manual"]


@lru_cache(maxsize=None)
def session():
    options = ort.SessionOptions()
    options.intra_op_num_threads = 1
    return ort.InferenceSession(str(ARTIFACTS / "triage.onnx"), options, providers=["CPUExecutionProvider"])


def desk_for(payload):
    row = np.array([[payload["amount"], payload["age_days"], payload["prior_claims"]]], dtype=np.float32)
    label = session().run(None, {"X": row})[0]
    return DESKS[int(label[0])]
