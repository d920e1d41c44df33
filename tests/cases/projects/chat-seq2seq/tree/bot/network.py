import os

import numpy as np
import tensorflow as tf
from keras.layers.normalization import BatchNormalization
from keras.models import load_model
from keras.utils.np_utils import to_categorical

HERE = os.path.dirname(os.path.abspath(__file__))

graph = tf.get_default_graph()
session = tf.Session(graph=graph)
model = load_model(os.path.join(HERE, "seq2seq.h5"), custom_objects={"BN": BatchNormalization})


def answer(codes):
    with graph.as_default():
        x = to_categorical(codes, 32).astype(np.float)
        return model.predict(x[None])[0].argmax(-1).tolist()
