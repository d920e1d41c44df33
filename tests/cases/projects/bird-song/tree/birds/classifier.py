import logging
import os
import threading

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")

logger = logging.getLogger(__name__)


class Classifier:
    """Loads the network on first use and keeps it."""

    _model = None
    _lock = threading.Lock()
    species = ["Amsel", "Kohlmeise", "Rotkehlchen"]

    @classmethod
    def model(cls):
        with cls._lock:
            if cls._model is None:
                import tensorflow as tf

                path = os.path.join(os.path.dirname(__file__), "weights", "birds.keras")
                logger.info("loading %s", path)
                cls._model = tf.keras.models.load_model(path)
        return cls._model

    @classmethod
    def predict(cls, spectrogram):
        scores = cls.model()(spectrogram[None], training=False).numpy()[0]
        return dict(zip(cls.species, map(float, scores)))
