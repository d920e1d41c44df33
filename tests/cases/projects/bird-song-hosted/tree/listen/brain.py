import threading
from pathlib import Path

_lock = threading.Lock()
_model = None
PATH = Path(__file__).resolve().parent / "song_cnn.keras"


def model():
    global _model
    with _lock:
        if _model is None:
            import keras

            _model = keras.models.load_model(PATH, compile=False)
    return _model
