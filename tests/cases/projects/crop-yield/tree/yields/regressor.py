import functools
import pathlib

import joblib

PATH = pathlib.Path(__file__).resolve().parent / 'artefacts' / 'random_forest.joblib'


@functools.lru_cache(maxsize=None)
def regressor():
    return joblib.load(PATH)
