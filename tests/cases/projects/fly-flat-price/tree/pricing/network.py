from functools import cache
from pathlib import Path

import joblib
import numpy as np
import tensorflow as tf

ARTIFACTS = Path(__file__).parent / "artifacts"


@cache
def load():
    return (
        tf.keras.models.load_model(ARTIFACTS / "price_net.h5", compile=False),
        joblib.load(ARTIFACTS / "scaler.pkl"),
    )


def price(rooms, area, floor, year):
    net, scaler = load()
    x = scaler.transform(np.array([[rooms, area, floor, year]], dtype="float32"))
    return float(net(x, training=False)[0, 0])
