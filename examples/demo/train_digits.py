# /// script
# requires-python = ">=3.12,<3.14"
# dependencies = ["tensorflow-cpu==2.21.0", "scikit-learn>=1.6", "pillow>=11", "wherry"]
#
# [tool.uv.sources]
# wherry = { path = "../..", editable = true }
# ///
"""Train the demo's digit model; needed only to change it.

    uv run --script examples/demo/train_digits.py

It takes scikit-learn's 1,797 handwritten digits, holds a fifth of them back before anything else
happens, trains a dense network 784-256-10 on the others, and writes

* ``models/digits``, the bundle that is served, and
* ``digits/held-back.json``, the digits that the model has never seen.

The digits come from 13 writers, and some of each writer's are on either side of the split: the
accuracy printed says how well the model reads these writers, not any hand in the world.
"""

import json
import shutil
import tempfile
from pathlib import Path

import numpy as np
import tensorflow as tf
from digits.drawing import CELLS, enlarge, fit
from numpy.typing import NDArray
from scipy import ndimage
from sklearn.datasets import load_digits
from sklearn.model_selection import train_test_split

from wherry.bundle import Warmup, write_bundle
from wherry.tensors import Datatype, Signature, TensorSpec

HERE = Path(__file__).resolve().parent
SEED = 2026
HELD_BACK = 0.2
ROUNDS = 40
"""How often each digit is drawn anew, a little different each time."""
EPOCHS = 12
CANVAS = 48
SIGNATURE = "serving_default"

type Cells = NDArray[np.uint8]


def redraw(cells: Cells, random: np.random.Generator) -> Cells:
    """Return the digit as the same hand might have drawn it another time, or with another pen."""
    angle = np.radians(random.normal(0, 8))
    shear, aspect = random.normal(0, 0.15), np.exp(random.normal(0, 0.18))
    turn = np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])
    matrix = turn @ np.array([[1, 0], [shear, aspect]]) * (CELLS + 2) / CANVAS
    middle = (CANVAS - 1) / 2
    place = matrix @ (np.indices((CANVAS, CANVAS)).reshape(2, -1) - middle) + (CELLS - 1) / 2
    bend = ndimage.zoom(random.normal(0, 0.6, (2, 4, 4)), (1, CANVAS / 4, CANVAS / 4), order=1)
    grey = ndimage.map_coordinates(cells / 16, place + bend.reshape(2, -1), order=3)
    grey = grey.reshape(CANVAS, CANVAS)
    # Where the line's edge is taken to be decides how thick the pen is.
    edge = random.uniform(0.3, 0.8) * grey.max()
    ink = np.clip((grey - edge) * 8 + 0.5, 0, 1).astype(np.float32)
    again = fit(ink).astype(np.float32)
    shifted = ndimage.shift(again, random.normal(0, 0.25, 2), order=1)
    return shifted.clip(0, 16).round().astype(np.uint8)


def augment(cells: Cells, labels: Cells) -> tuple[NDArray[np.float32], Cells]:
    """Return the digits as they are and ``ROUNDS`` variations of each."""
    random = np.random.default_rng(SEED)
    drawn = [redraw(digit, random) for _ in range(ROUNDS) for digit in cells]
    every = np.concatenate([cells, np.stack(drawn)])
    return enlarge(every), np.tile(labels, ROUNDS + 1)


def train(images: NDArray[np.float32], labels: Cells) -> tf.keras.Model:
    """Train the network, with the same result each time on one kind of machine."""
    tf.keras.utils.set_random_seed(SEED)
    tf.config.experimental.enable_op_determinism()
    model = tf.keras.Sequential(
        [
            tf.keras.Input((784,), name="image"),
            tf.keras.layers.Dense(256, activation="relu"),
            tf.keras.layers.Dropout(0.3),
            tf.keras.layers.Dense(10, activation="softmax"),
        ]
    )
    batch, steps = 128, EPOCHS * (len(images) // 128 + 1)
    model.compile(
        optimizer=tf.keras.optimizers.Adam(tf.keras.optimizers.schedules.CosineDecay(1e-3, steps)),
        loss="sparse_categorical_crossentropy",
        metrics=["accuracy"],
    )
    model.fit(images, labels, batch_size=batch, epochs=EPOCHS, verbose=2)
    return model


def convert(model: tf.keras.Model) -> bytes:
    """Return the model as a .tflite file with named input and output and any batch size."""
    archive = tf.keras.export.ExportArchive()
    archive.track(model)
    archive.add_endpoint(
        SIGNATURE,
        lambda image: {"probabilities": model(image, training=False)},
        input_signature=[tf.TensorSpec([None, 784], tf.float32, name="image")],
    )
    with tempfile.TemporaryDirectory() as folder:
        archive.write_out(folder, verbose=False)
        return tf.lite.TFLiteConverter.from_saved_model(folder).convert()


def main() -> None:
    """Split, train, measure and write."""
    data = load_digits()
    cells, labels = data.images.astype(np.uint8), data.target.astype(np.uint8)
    known, unseen = train_test_split(
        np.arange(len(labels)), test_size=HELD_BACK, stratify=labels, random_state=SEED
    )
    model = train(*augment(cells[known], labels[known]))
    answers = model.predict(enlarge(cells[unseen]), verbose=0).argmax(axis=1)
    right = int((answers == labels[unseen]).sum())
    print(f"{right} of {len(unseen)} held-back digits are right.")

    digits = [
        {"index": int(i), "label": int(labels[i]), "cells": cells[i].ravel().tolist()}
        for i in sorted(unseen)
    ]
    lines = ",\n".join(json.dumps(digit, separators=(",", ":")) for digit in digits)
    (HERE / "digits" / "held-back.json").write_text(f"[\n{lines}\n]\n", encoding="utf-8")
    bundle = HERE / "models" / "digits"
    if bundle.exists():
        shutil.rmtree(bundle)
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder, "digits.tflite")
        file.write_bytes(convert(model))
        write_bundle(
            bundle,
            model=file,
            name="digits",
            runtime="litert",
            signatures={
                SIGNATURE: Signature(
                    SIGNATURE,
                    (TensorSpec("image", Datatype.FP32, (-1, 784)),),
                    (TensorSpec("probabilities", Datatype.FP32, (-1, 10)),),
                )
            },
            labels={"probabilities": tuple("0123456789")},
            warmup=(Warmup(SIGNATURE, {"image": enlarge(cells[unseen[:1]])}),),
            origin={
                "data": "The 1,797 handwritten digits of scikit-learn (UCI ML Repository, CC BY"
                " 4.0: E. Alpaydin, C. Kaynak, Optical Recognition of Handwritten Digits)",
                "made_by": "examples/demo/train_digits.py",
                "held_back_right": f"{right} of {len(unseen)}",
            },
        )


if __name__ == "__main__":
    main()
