import numpy as np
from django.conf import settings
from PIL import Image
from tensorflow import keras

CLASSES = ("ok", "scratch", "coating", "bubble")


class Detector:
    def __init__(self, path):
        self.model = keras.models.load_model(path)

    def __call__(self, file):
        image = Image.open(file).convert("RGB").resize((256, 256))
        x = np.asarray(image, "float32")[None] / 255
        y = self.model.predict(x, verbose=0)[0]
        return {name: float(p) for name, p in zip(CLASSES, y)}


detector = Detector(settings.BASE_DIR / "inspection" / "export" / "lens_v5")
