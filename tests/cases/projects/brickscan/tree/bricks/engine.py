import threading

import numpy as np
from django.conf import settings
from PIL import Image

_lock = threading.Lock()
_model = None


def model():
    global _model
    if _model is None:
        with _lock:
            if _model is None:
                import keras

                _model = keras.saving.load_model(settings.BRICK_MODEL, compile=False)
    return _model


def part_number(photo):
    image = Image.open(photo).convert("RGB").resize((192, 192))
    scores = model()(np.asarray(image, dtype="float32")[None], training=False).numpy()[0]
    best = int(scores.argmax())
    return PARTS[best], float(scores[best])


PARTS = ("3001", "3002", "3003", "3004", "3005", "3020", "3021", "3022", "3023", "3024")
