"""Dense models, and models of tables: several inputs and outputs, shared and nested layers."""

from __future__ import annotations

from typing import Any

import numpy as np

from .recipes import RECIPES, Recipe, compile_and_fit, preprocessing, recipe

HELD_BACK = 359
_FOLDS = 5


def large_digits(data: Any) -> Any:
    """Return the digits as 784 floats, as MNIST has them."""
    images = np.kron(data["digits"], np.ones((1, 3, 3), np.float32))
    return np.pad(images, ((0, 0), (2, 2), (2, 2))).reshape(len(images), 784)


@recipe
def dense_digits(tf: Any, data: Any) -> Recipe:
    """784-256-10, trained on digits; functional."""
    layers = tf.keras.layers
    x, y = large_digits(data), data["digits_labels"]
    pixels = layers.Input((784,), name="pixels")
    hidden = layers.Dense(256, activation="relu")(pixels)
    model = tf.keras.Model(pixels, layers.Dense(10, activation="softmax", name="digit")(hidden))
    compile_and_fit(model, x[:-HELD_BACK], y[:-HELD_BACK], epochs=12)
    return Recipe(model, {"pixels": x[-HELD_BACK:]}, y[-HELD_BACK:])


def folded(fold: int, x: Any, y: Any, build: Any) -> Recipe:
    """Return a model of four fifths of the digits, and the last fifth held back."""
    rows = np.arange(len(x)) % _FOLDS == fold
    model, name = build()
    compile_and_fit(model, x[~rows], y[~rows], epochs=12)
    inputs = {name: x[~rows][:256]}
    return Recipe(model, inputs, y[~rows][:256], held_back=(x[rows], y[rows]))


def _dense_fold(fold: int) -> Any:
    def dense_digits_fold(tf: Any, data: Any) -> Recipe:
        """784-256-10, trained on four fifths of the digits."""

        def build() -> Any:
            layers = tf.keras.layers
            pixels = layers.Input((784,), name="pixels")
            hidden = layers.Dense(256, activation="relu")(pixels)
            return tf.keras.Model(pixels, layers.Dense(10, activation="softmax")(hidden)), "pixels"

        return folded(fold, large_digits(data), data["digits_labels"], build)

    return dense_digits_fold


for _number in range(_FOLDS):
    RECIPES[f"dense_digits_fold_{_number}"] = _dense_fold(_number)


@recipe
def sequential_digits(tf: Any, data: Any) -> Recipe:
    """Sequential, with dropout and batch normalisation."""
    layers = tf.keras.layers
    x, y = data["digits"], data["digits_labels"]
    model = tf.keras.Sequential(
        [
            layers.Input((8, 8), name="image"),
            layers.Flatten(),
            layers.Dense(64, activation="relu"),
            layers.BatchNormalization(),
            layers.Dropout(0.2),
            layers.Dense(32, activation="tanh"),
            layers.Dense(10, name="logits"),
        ]
    )
    loss = tf.keras.losses.SparseCategoricalCrossentropy(from_logits=True)
    compile_and_fit(model, x[:-HELD_BACK], y[:-HELD_BACK], loss, epochs=12)
    return Recipe(model, {"image": x[-HELD_BACK:]}, y[-HELD_BACK:])


@recipe
def normalized_diabetes(tf: Any, data: Any) -> Recipe:
    """A regression whose model holds the Normalization of its features."""
    layers = tf.keras.layers
    x, y = data["diabetes"] * 50 + 3, data["diabetes_labels"]
    normalization = preprocessing(tf, "Normalization")(name="normalization")
    normalization.adapt(x)
    features = layers.Input((10,), name="features")
    hidden = layers.Dense(32, activation="elu")(normalization(features))
    model = tf.keras.Model(features, layers.Dense(1, name="progression")(hidden))
    compile_and_fit(model, x[:-100], y[:-100] / 100, "mse", epochs=20)
    return Recipe(model, {"features": x[-100:]})


@recipe
def two_inputs_two_outputs(tf: Any, data: Any) -> Recipe:
    """Two inputs; two outputs in a list."""
    layers = tf.keras.layers
    x, y = _standard(data["wine"]), data["wine_labels"]
    acids, others = layers.Input((6,), name="acids"), layers.Input((7,), name="others")
    both = layers.Concatenate()(
        [layers.Dense(16, activation="relu")(acids), layers.Dense(12, activation="tanh")(others)]
    )
    cultivar = layers.Dense(3, activation="softmax", name="cultivar")(both)
    proline = layers.Dense(1, name="proline")(both)
    model = tf.keras.Model([acids, others], [cultivar, proline])
    model.compile("adam", ["sparse_categorical_crossentropy", "mse"])
    model.fit([x[:, :6], x[:, 6:]], [y, x[:, 12]], epochs=20, verbose=0)
    return Recipe(model, {"acids": x[-90:, :6], "others": x[-90:, 6:]}, y[-90:])


@recipe
def dict_outputs(tf: Any, data: Any) -> Recipe:
    """A dict of outputs."""
    layers = tf.keras.layers
    x, y = _standard(data["wine"]), data["wine_labels"]
    wine = layers.Input((13,), name="wine")
    hidden = layers.Dense(24, activation="swish")(wine)
    model = tf.keras.Model(
        wine,
        {
            "cultivar": layers.Dense(3, activation="softmax", name="cultivar")(hidden),
            "alcohol": layers.Dense(1, name="alcohol")(hidden),
        },
    )
    model.compile("adam", {"cultivar": "sparse_categorical_crossentropy", "alcohol": "mse"})
    model.fit(x, {"cultivar": y, "alcohol": x[:, 0]}, epochs=20, verbose=0)
    return Recipe(model, {"wine": x[-90:]}, y[-90:])


@recipe
def dict_inputs(tf: Any, data: Any) -> Recipe:
    """A dict of inputs whose order differs from their names'."""
    layers = tf.keras.layers
    x, y = _standard(data["iris"]), data["iris_labels"]
    inputs = {
        "width": layers.Input((2,), name="width"),
        "length": layers.Input((2,), name="length"),
    }
    both = layers.Concatenate()([inputs["width"], inputs["length"]])
    hidden = layers.Dense(16, activation="relu")(both)
    model = tf.keras.Model(inputs, layers.Dense(3, activation="softmax", name="species")(hidden))
    given = {"width": x[:, [1, 3]], "length": x[:, [0, 2]]}
    compile_and_fit(model, given, y, epochs=20)
    return Recipe(model, {name: array[:64] for name, array in given.items()}, y[:64])


@recipe
def shared_layers(tf: Any, data: Any) -> Recipe:
    """Two digits through the same layers: are they the same?"""
    layers = tf.keras.layers
    x, y = data["digits"].reshape(-1, 64), data["digits_labels"]
    left, right = layers.Input((64,), name="left"), layers.Input((64,), name="right")
    dense = layers.Dense(32, activation="relu", name="shared")
    apart = layers.Subtract()([dense(left), dense(right)])
    apart = layers.Multiply()([apart, apart])
    model = tf.keras.Model([left, right], layers.Dense(1, activation="sigmoid", name="same")(apart))
    order = np.random.RandomState(0).permutation(len(x))
    same = (y == y[order]).astype(np.float32)
    compile_and_fit(model, [x, x[order]], same, "binary_crossentropy", epochs=4)
    return Recipe(model, {"left": x[:128], "right": x[order][:128]})


@recipe
def nested_models(tf: Any, data: Any) -> Recipe:
    """A functional model of a sequential encoder and a functional head."""
    layers = tf.keras.layers
    x, y = data["digits"].reshape(-1, 64), data["digits_labels"]
    encoder = tf.keras.Sequential(
        [layers.Input((64,)), layers.Dense(48, activation="relu"), layers.Dense(16)], name="encoder"
    )
    code = layers.Input((16,))
    head = tf.keras.Model(code, layers.Dense(10, activation="softmax")(code), name="head")
    pixels = layers.Input((64,), name="pixels")
    model = tf.keras.Model(pixels, head(encoder(pixels)))
    compile_and_fit(model, x[:-HELD_BACK], y[:-HELD_BACK], epochs=8)
    return Recipe(model, {"pixels": x[-HELD_BACK:]}, y[-HELD_BACK:])


@recipe
def float64_diabetes(tf: Any, data: Any) -> Recipe:
    """All in float64."""
    layers = tf.keras.layers
    x, y = data["diabetes"].astype(np.float64) * 20, data["diabetes_labels"]
    features = layers.Input((10,), name="features", dtype="float64")
    hidden = layers.Dense(32, activation="relu", dtype="float64")(features)
    answer = layers.Dense(1, name="progression", dtype="float64")(hidden)
    model = tf.keras.Model(features, answer)
    compile_and_fit(model, x, y / 100, "mse", epochs=10)
    return Recipe(model, {"features": x[:100]})


@recipe
def mixed_float16(tf: Any, data: Any) -> Recipe:
    """Mixed precision: float16 inside, float32 at the end."""
    tf.keras.mixed_precision.set_global_policy("mixed_float16")
    try:
        layers = tf.keras.layers
        x, y = data["digits"].reshape(-1, 64), data["digits_labels"]
        pixels = layers.Input((64,), name="pixels")
        hidden = layers.Dense(64, activation="relu")(pixels)
        answer = layers.Dense(10, activation="softmax", dtype="float32", name="digit")(hidden)
        model = tf.keras.Model(pixels, answer)
        compile_and_fit(model, x[:-HELD_BACK], y[:-HELD_BACK], epochs=6)
    finally:
        tf.keras.mixed_precision.set_global_policy("float32")
    return Recipe(model, {"pixels": x[-HELD_BACK:]}, y[-HELD_BACK:])


@recipe
def categories(tf: Any, data: Any) -> Recipe:
    """Strings and integers beside numbers: StringLookup, IntegerLookup, CategoryEncoding."""
    layers = tf.keras.layers
    x, y = _standard(data["iris"]), data["iris_labels"]
    size = np.array(["small", "medium", "large", "huge"])[np.digitize(x[:, 0], (-0.7, 0.2, 1.0))]
    rank = np.digitize(x[:, 1], (-1, 0, 1)).astype(np.int64) * 10 + 10
    word = layers.Input((1,), name="size", dtype="string")
    number = layers.Input((1,), name="rank", dtype="int64")
    width = layers.Input((2,), name="petal")
    found = preprocessing(tf, "StringLookup")(vocabulary=["small", "medium", "large"])(word)
    embedded = layers.Flatten()(layers.Embedding(5, 4)(found))
    ranked = preprocessing(tf, "IntegerLookup")(vocabulary=[10, 20, 30, 40])(number)
    ranked = layers.Flatten()(layers.Embedding(8, 4)(ranked))
    both = layers.Concatenate()([embedded, layers.Dense(4)(ranked), width])
    hidden = layers.Dense(16, activation="relu")(both)
    answer = layers.Dense(3, activation="softmax", name="species")(hidden)
    model = tf.keras.Model([word, number, width], answer)
    given = [size.reshape(-1, 1), rank.reshape(-1, 1), x[:, 2:]]
    model.compile("adam", "sparse_categorical_crossentropy")
    model.fit([tf.constant(part) for part in given], tf.constant(y), epochs=20, verbose=0)
    return Recipe(
        model, {"size": given[0][:64], "rank": given[1][:64], "petal": given[2][:64]}, y[:64]
    )


@recipe
def discretized(tf: Any, data: Any) -> Recipe:
    """Discretization and Hashing, which end in integers and embeddings."""
    layers = tf.keras.layers
    x, y = _standard(data["iris"]), data["iris_labels"]
    numbers = layers.Input((4,), name="numbers")
    bins = layers.Discretization(bin_boundaries=[-1.0, -0.3, 0.3, 1.0])(numbers)
    embedded = layers.Flatten()(layers.Embedding(5, 4)(bins))
    answer = layers.Dense(3, activation="softmax", name="species")(embedded)
    model = tf.keras.Model(numbers, answer)
    compile_and_fit(model, x, y, epochs=20)
    return Recipe(model, {"numbers": x[:100]}, y[:100])


@recipe
def huge_dense(tf: Any, data: Any) -> Recipe:
    """More than 100 MB of weights."""
    layers = tf.keras.layers
    x = large_digits(data)[:16]
    pixels = layers.Input((784,), name="pixels")
    hidden = pixels
    for width in (4096, 4096, 2048):
        hidden = layers.Dense(width, activation="relu", kernel_initializer="he_normal")(hidden)
    model = tf.keras.Model(pixels, layers.Dense(10, name="scores")(hidden))
    return Recipe(model, {"pixels": x})


def _standard(x: Any) -> Any:
    return ((x - x.mean(0)) / x.std(0)).astype(np.float32)
