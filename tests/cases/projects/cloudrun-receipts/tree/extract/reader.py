import threading
from pathlib import Path

import cv2
import numpy as np
import pytesseract

WEIGHTS = Path(__file__).resolve().parent / 'weights' / 'receipt_fields.keras'
KINDS = ('fuel', 'groceries', 'hotel', 'restaurant', 'other')

_lock = threading.Lock()
_model = None


def model():
    global _model
    with _lock:
        if _model is None:
            import keras

            _model = keras.saving.load_model(WEIGHTS, compile=False)
    return _model


def read(data):
    image = cv2.imdecode(np.frombuffer(data, np.uint8), cv2.IMREAD_COLOR)
    if image is None:
        raise ValueError('not an image')
    grey = cv2.cvtColor(image, cv2.COLOR_BGR2GRAY)
    small = cv2.resize(image, (256, 256)).astype('float32')[np.newaxis] / 255.0
    scores = np.asarray(model()(small, training=False))[0]
    return KINDS[int(scores.argmax())], pytesseract.image_to_string(grey, lang='deu')
