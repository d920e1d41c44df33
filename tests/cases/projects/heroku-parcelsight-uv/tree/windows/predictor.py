from pathlib import Path

import lightgbm as lgb
import numpy as np

_booster = None


def booster():
    global _booster
    if _booster is None:
        _booster = lgb.Booster(model_file=str(Path(__file__).with_name("window.lgb.txt")))
    return _booster


def minutes(distance_km, weekday, hour, parcels):
    row = np.array([[distance_km, weekday, hour, parcels]], dtype=np.float64)
    return float(booster().predict(row, num_threads=1)[0])
