import os

import joblib
import pandas as pd

HERE = os.path.dirname(os.path.abspath(__file__))

_forest = joblib.load(os.path.join(HERE, 'forest.joblib'))


def tomorrow(reading):
    row = pd.DataFrame([{'level': reading.level, 'pressure': reading.pressure, 'wind': reading.wind}])
    return float(_forest.predict(row)[0])
