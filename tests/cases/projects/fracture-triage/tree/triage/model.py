"""The network: loaded by gunicorn's post_worker_init (see gunicorn.conf.py), once per worker."""

import threading
from pathlib import Path

import numpy as np

MODEL = Path(__file__).resolve().with_name("fracture.keras")
CLASSES = ("none", "hairline", "open")

_lock = threading.Lock()
_model = None


def load():
    global _model
    with _lock:
        if _model is None:
            import keras

            _model = keras.saving.load_model(MODEL, compile=False)
            _model(np.zeros((1, *_model.input_shape[1:]), dtype="float32"))
        return _model


def classify(image):
    x = np.asarray(image.convert("RGB").resize((32, 32)), dtype="float32")[np.newaxis] / 255.0
    scores = np.asarray(load()(x, training=False))[0]
    return dict(zip(CLASSES, (float(score) for score in scores), strict=True))
