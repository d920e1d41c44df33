import json
from pathlib import Path

import numpy as np

COEFFICIENTS = json.loads((Path(__file__).parent / "coefficients.json").read_text())


def predict(symbol):
    entry = COEFFICIENTS[symbol.upper()]
    return float(np.dot(entry["weights"], entry["last"]))
