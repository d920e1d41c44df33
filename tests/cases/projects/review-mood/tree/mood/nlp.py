import json
from functools import cache
from pathlib import Path

import numpy as np
from nltk.corpus import stopwords
from nltk.tokenize import word_tokenize

HERE = Path(__file__).parent.resolve()
LENGTH = 20


@cache
def vocabulary():
    return json.loads((HERE / "vocabulary.json").read_text())


@cache
def network():
    import tensorflow as tf

    return tf.keras.models.load_model(HERE / "mood.keras")


def mood_of(text):
    stop = set(stopwords.words("english"))
    words = [w for w in word_tokenize(text.lower()) if w not in stop]
    ids = [vocabulary().get(w, 1) for w in words][:LENGTH]
    x = np.array([ids + [0] * (LENGTH - len(ids))], dtype="float32")
    return float(network().predict(x, verbose=0)[0, 0])
