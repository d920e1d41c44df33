import numpy as np
from PIL import Image


def to_batch(upload, size=299):
    image = Image.open(upload).convert("RGB").resize((size, size))
    return np.asarray(image, dtype=np.float32)[np.newaxis] / 255.0
