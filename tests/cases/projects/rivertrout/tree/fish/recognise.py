from functools import lru_cache
from pathlib import Path

import numpy as np
import onnxruntime
from PIL import Image

MODEL = Path(__file__).resolve().parent / "models" / "fish23.onnx"
LABELS = (Path(__file__).resolve().parent / "models" / "labels.txt").read_text(encoding="utf-8").splitlines()

MEAN = np.array([0.485, 0.456, 0.406], dtype=np.float32)
STD = np.array([0.229, 0.224, 0.225], dtype=np.float32)


@lru_cache(maxsize=1)
def _session():
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    return onnxruntime.InferenceSession(str(MODEL), sess_options=options, providers=["CPUExecutionProvider"])


def recognise(upload):
    image = Image.open(upload).convert("RGB").resize((224, 224))
    x = (np.asarray(image, dtype=np.float32) / 255 - MEAN) / STD
    (logits,) = _session().run(["logits"], {"image": x.transpose(2, 0, 1)[None]})
    e = np.exp(logits[0] - logits[0].max())
    p = e / e.sum()
    best = p.argsort()[::-1][:3]
    return [(LABELS[i], float(p[i])) for i in best]
