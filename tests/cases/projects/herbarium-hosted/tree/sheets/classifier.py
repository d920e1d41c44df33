import json
import threading
from pathlib import Path

import numpy as np
from PIL import Image

FOLDER = Path(__file__).resolve().parent / "model"
_lock = threading.Lock()


class _Classifier:
    def __init__(self):
        import keras

        self.species = json.loads((FOLDER / "species.json").read_text(encoding="utf-8"))
        self.model = keras.saving.load_model(FOLDER / "convnext_tiny.keras", compile=False)

    def __call__(self, fileobj):
        image = Image.open(fileobj).convert("RGB").resize((224, 224))
        scores = np.asarray(self.model(np.asarray(image, "float32")[None], training=False))
        return self.species[int(scores[0].argmax())]


_one = None


def name_plant(fileobj):
    global _one
    with _lock:
        if _one is None:
            _one = _Classifier()
    return _one(fileobj)
