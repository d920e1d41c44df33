import os

import joblib

_model = None


def get_model():
    global _model
    if _model is None:
        here = os.path.dirname(os.path.abspath(__file__))
        _model = joblib.load(os.path.join(here, 'wine.joblib'))
    return _model


def is_good(row):
    return bool(get_model().predict([row])[0])
