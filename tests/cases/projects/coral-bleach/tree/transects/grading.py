from pathlib import Path

import numpy as np
import onnxruntime as ort
from PIL import Image

MODEL = Path(__file__).resolve().parent / "weights" / "bleach_effnet_b0.onnx"


class Grader:
    def __init__(self):
        options = ort.SessionOptions()
        options.intra_op_num_threads = 1
        self.session = ort.InferenceSession(str(MODEL), options, providers=["CPUExecutionProvider"])
        self.input_name = self.session.get_inputs()[0].name

    def grade(self, fileobj):
        image = Image.open(fileobj).convert("RGB").resize((224, 224))
        batch = np.asarray(image, dtype=np.float32)[None] / 255.0
        scores = self.session.run(None, {self.input_name: batch.transpose(0, 3, 1, 2)})[0]
        return int(scores[0].argmax())
