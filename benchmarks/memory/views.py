"""The views of the sites: each loads its model when it is imported, and predicts once a request."""

from typing import Final

from wherry.estimate.workload import Loader

PLAIN: Final = """
def predict():
    return "ok"
"""
_KERAS: Final = """
import numpy as np
from tensorflow.keras.models import load_model

model = load_model({path!r}, compile=False)


def predict():
    shape = [side or 1 for side in model.input_shape]
    return model.predict(np.zeros(shape, "float32"), verbose=0).shape
"""
_LITERT: Final = """
import numpy as np
from ai_edge_litert.interpreter import Interpreter

model = Interpreter({path!r})
model.allocate_tensors()


def predict():
    entry = model.get_input_details()[0]
    model.set_tensor(entry["index"], np.zeros(entry["shape"], entry["dtype"]))
    model.invoke()
    return model.get_tensor(model.get_output_details()[0]["index"]).shape
"""
_PICKLE: Final = """
import joblib
import numpy as np

model = joblib.load({path!r})


def predict():
    return model.predict(np.zeros((1, model.n_features_in_)))
"""
_TORCH: Final = """
import torch

model = torch.load({path!r}, weights_only=False).eval()


def predict():
    with torch.no_grad():
        return model(torch.zeros(1, 3, 96, 96)).shape
"""
VIEWS: Final = {
    Loader.KERAS: _KERAS,
    Loader.LITERT: _LITERT,
    Loader.PICKLE: _PICKLE,
    Loader.TORCH: _TORCH,
}
