"""Make the models of the tests; run by the Python of an environment with TensorFlow.

python make_models.py FOLDER NAME ...
"""

import pathlib
import sys

import numpy as np
import tensorflow as tf
from layers_of_the_user import Scale, squash

keras = tf.keras
layers = keras.layers


def functional():
    """Two inputs, two outputs, and weights that outweigh the structure."""
    numbers = keras.Input((1000,), name="numbers")
    image = keras.Input((16, 16, 3), name="image")
    hidden = layers.Dense(1000, activation="relu")(layers.Rescaling(0.5)(numbers))
    seen = layers.Conv2D(8, 3, padding="same")(image)
    seen = layers.BatchNormalization()(seen)
    seen = layers.GlobalAveragePooling2D()(layers.MaxPooling2D()(seen))
    together = layers.Concatenate()([hidden, seen])
    kind = layers.Dense(10, activation="softmax", name="kind")(together)
    return keras.Model([numbers, image], [kind, layers.Dense(1, name="size")(together)])


def recurrent():
    """Ids with masking, an LSTM that gives all steps, a bidirectional GRU."""
    ids = keras.Input((None,), dtype="int32", name="ids")
    hidden = layers.Embedding(50, 8, mask_zero=True)(ids)
    hidden = layers.LSTM(12, return_sequences=True)(hidden)
    hidden = layers.Bidirectional(layers.GRU(6))(hidden)
    return keras.Model(ids, layers.Dense(3, name="scores")(hidden))


def custom():
    """A layer and an activation that are the user's."""
    x = keras.Input((4,), name="x")
    return keras.Model(x, layers.Dense(3, activation=squash, name="y")(Scale(2.0)(x)))


def text():
    """Text in."""
    vectorize = layers.TextVectorization(max_tokens=20, output_sequence_length=6)
    vectorize.adapt(np.array(["a good film", "a bad film", "very good"]))
    words = keras.Input((1,), dtype="string", name="words")
    hidden = layers.GlobalAveragePooling1D()(layers.Embedding(20, 4)(vectorize(words)))
    return keras.Model(words, layers.Dense(2, name="kind")(hidden))


def lambda_():
    """Code in the file."""
    x = keras.Input((4,), name="x")
    return keras.Model(x, layers.Lambda(lambda x: x * 2.0, name="double")(x))


def open_sizes():
    """Images of any size, twice as large in the end."""
    image = keras.Input((None, None, 3), name="image")
    seen = layers.Conv2D(4, 3, strides=2, padding="same")(image)
    return keras.Model(image, layers.UpSampling2D(2, interpolation="bilinear", name="large")(seen))


def doubles():
    """All in 64-bit floats."""
    x = keras.Input((4,), name="x", dtype="float64")
    return keras.Model(x, layers.Dense(3, dtype="float64", name="y")(x))


def stateful():
    """Remembers from one call to the next."""
    rows = keras.Input(batch_shape=(1, 6, 4), name="rows")
    return keras.Model(rows, layers.LSTM(5, stateful=True, name="last")(rows))


def frozen(path):
    """A graph whose input is fed in its middle and whose outputs are one tensor."""
    graph = tf.Graph()
    with graph.as_default():
        x = tf.compat.v1.placeholder(tf.float32, [None, 4], "x")
        tf.nn.softmax(x @ tf.constant(np.eye(4, 3, dtype=np.float32)), name="y")
    path.write_bytes(graph.as_graph_def().SerializeToString())


MODELS = {
    "functional": functional,
    "recurrent": recurrent,
    "custom": custom,
    "text": text,
    "lambda": lambda_,
    "open_sizes": open_sizes,
    "doubles": doubles,
    "stateful": stateful,
}


def main():
    folder = pathlib.Path(sys.argv[1])
    for name in sys.argv[2:]:
        keras.utils.set_random_seed(1)
        if name == "frozen.pb":
            frozen(folder / name)
        else:
            MODELS[name.split(".")[0]]().save(str(folder / name))


main()
