"""Make the models of two works; run in the environment that has TensorFlow and Keras.

``prepare.py FOLDER`` makes ``FOLDER/digits`` and ``FOLDER/mobilenet``, each with a SavedModel, the
``.tflite`` made from it, and one input. The weights are random, which matters to no clock; but a
random MobileNetV2 is a constant function, on which a wrong answer looks right. So the statistics
of its batch normalisation and its last layer are set from a forward pass, and every output must
vary over the samples by a thousand times the tolerance that answers are compared with.
"""

import json
import sys
from pathlib import Path

import keras
import numpy as np
import tensorflow as tf

VARIATION = 1000
SAMPLES = 48
IMAGE = 224


def main() -> None:
    """Make both works."""
    folder = Path(sys.argv[1])
    keras.utils.set_random_seed(2)
    random = np.random.default_rng(2)

    pixels = random.random((SAMPLES, 784)).round(3).astype(np.float32)
    dense = keras.Sequential(
        [
            keras.layers.Input((784,), name="pixels"),
            keras.layers.Dense(256, activation="relu"),
            keras.layers.Dense(10, kernel_initializer=keras.initializers.RandomNormal(stddev=0.1)),
            keras.layers.Softmax(),
        ]
    )
    write(folder / "digits", dense, "pixels", "probabilities", pixels, tolerance=1e-6)

    images = pictures(random)
    network = keras.applications.MobileNetV2(
        (IMAGE, IMAGE, 3), weights=None, classifier_activation=None
    )
    settle(network, images)
    write(folder / "mobilenet", network, "image", "logits", images, tolerance=1e-3)


def pictures(random: np.random.Generator) -> np.ndarray:
    """Return smooth random pictures, float32 [sample, row, column, channel] in -1 to 1."""
    coarse = random.normal(size=(SAMPLES, 7, 7, 3)).astype(np.float32)
    smooth = tf.image.resize(coarse, (IMAGE, IMAGE), "bicubic").numpy()
    grain = random.normal(scale=0.2, size=smooth.shape)
    return np.tanh(smooth + grain).astype(np.float32)


def settle(network: keras.Model, images: np.ndarray) -> None:
    """Give the network the statistics that training on these images would leave it with."""
    for layer in network.layers:
        if isinstance(layer, keras.layers.BatchNormalization):
            layer.momentum = 0.0
    network(images, training=True)
    before_last = keras.Model(network.input, network.layers[-2].output)
    features = before_last(images, training=False).numpy()
    kernel, _ = network.layers[-1].get_weights()
    logits = features @ kernel
    scale = logits.std(axis=0)
    network.layers[-1].set_weights([kernel / scale, -logits.mean(axis=0) / scale])


def write(
    folder: Path,
    network: keras.Model,
    given: str,
    answered: str,
    samples: np.ndarray,
    *,
    tolerance: float,
) -> None:
    """Write the SavedModel, the .tflite, the first sample and what is known of them."""
    outputs = network(samples, training=False).numpy()
    variation = float((outputs.max(axis=0) - outputs.min(axis=0)).min() / tolerance)
    assert variation >= VARIATION, f"{folder.name} varies by only {variation:.0f} tolerances"

    archive = keras.export.ExportArchive()
    archive.track(network)
    archive.add_endpoint(
        "serve",
        lambda array: {answered: network(array, training=False)},
        [tf.TensorSpec((None, *samples.shape[1:]), tf.float32, name=given)],
    )
    saved = folder / "saved_model"
    archive.write_out(str(saved), verbose=False)
    converter = tf.lite.TFLiteConverter.from_saved_model(str(saved))
    (folder / "model.tflite").write_bytes(converter.convert())
    samples[:1].tofile(folder / "input.bin")
    known = {"tolerance": tolerance, "variation_in_tolerances": variation}
    (folder / "known.json").write_text(json.dumps(known))


if __name__ == "__main__":
    main()
