from functools import lru_cache

import numpy as np
from django.conf import settings
from PIL import Image


@lru_cache(maxsize=1)
def get_model():
    import tensorflow as tf

    return tf.keras.models.load_model(settings.LESION_MODEL, compile=False)


def malignancy(upload) -> float:
    image = Image.open(upload).convert("RGB").resize((224, 224))
    batch = np.asarray(image, dtype="float32")[None] / 127.5 - 1.0
    return float(get_model().predict(batch, verbose=0)[0][0])
