import json
from functools import lru_cache
from pathlib import Path

import numpy as np
import onnxruntime as ort
from nltk.corpus import stopwords
from nltk.tokenize import word_tokenize

HERE = Path(__file__).resolve().parent
VOCABULARY = json.loads((HERE / "vocabulary.json").read_text())
STOP = set(stopwords.words("english"))


@lru_cache(maxsize=None)
def session():
    return ort.InferenceSession(str(HERE / "sentiment.onnx"))


def encode(text, length=64):
    ids = [VOCABULARY.get(word, 1) for word in word_tokenize(text.lower()) if word not in STOP][:length]
    return np.array([ids + [0] * (length - len(ids))], dtype=np.int64)


def sentiment(text):
    return session().run(None, {"tokens": encode(text)})[0][0]
