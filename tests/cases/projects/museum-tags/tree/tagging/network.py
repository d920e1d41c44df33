from functools import cache
from pathlib import Path

import numpy as np
import onnxruntime
from PIL import Image

HERE = Path(__file__).parent.resolve()
WORDS = (HERE / "words.txt").read_text(encoding="utf-8").split()


@cache
def session():
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 2
    return onnxruntime.InferenceSession(HERE / "tagger.onnx", options, providers=["CPUExecutionProvider"])


def tags(fileobj, least=0.4):
    image = Image.open(fileobj).convert("RGB").resize((192, 192))
    batch = np.asarray(image, dtype=np.float32)[np.newaxis] / 127.5 - 1
    run = session()
    scores = run.run(None, {run.get_inputs()[0].name: batch})[0][0]
    return [(WORDS[i], float(scores[i])) for i in scores.argsort()[::-1] if scores[i] >= least]
