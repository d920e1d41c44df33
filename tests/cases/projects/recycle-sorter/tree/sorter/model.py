"""The network that Teachable Machine exported (Keras, .h5)."""

from functools import lru_cache
from pathlib import Path

import numpy as np
from PIL import Image, ImageOps

HERE = Path(__file__).resolve().parent


@lru_cache(maxsize=None)
def load():
    from keras.models import load_model  # heavy, only when it is needed

    model = load_model(HERE / "converted_keras" / "keras_model.h5", compile=False)
    labels = (HERE / "converted_keras" / "labels.txt").read_text().splitlines()
    return model, [line.split(" ", 1)[1] for line in labels]


def classify(file):
    model, labels = load()
    image = ImageOps.fit(Image.open(file).convert("RGB"), (32, 32), Image.Resampling.LANCZOS)
    data = (np.asarray(image, dtype=np.float32) / 127.5 - 1)[np.newaxis]
    prediction = model.predict(data, verbose=0)[0]
    index = int(np.argmax(prediction))
    return labels[index], float(prediction[index])
