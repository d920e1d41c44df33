"""Convolutions: small trained ones, and the architectures of Keras with random weights."""

from __future__ import annotations

from typing import Any

import numpy as np

from .recipes import RECIPES, Recipe, compile_and_fit, preprocessing, recipe
from .tables import folded

_HELD_BACK = 359
_DIRECTIONS = 6


@recipe
def conv_digits(tf: Any, data: Any) -> Recipe:
    """Two convolutions with batch normalisation, trained on digits."""
    model = _conv(tf)
    x, y = data["digits"][..., None], data["digits_labels"]
    compile_and_fit(model, x[:-_HELD_BACK], y[:-_HELD_BACK], epochs=12)
    return Recipe(model, {"image": x[-_HELD_BACK:]}, y[-_HELD_BACK:])


def _conv(tf: Any) -> Any:
    layers = tf.keras.layers
    image = layers.Input((8, 8, 1), name="image")
    hidden = image
    for width in (32, 64):
        hidden = layers.Conv2D(width, 3, padding="same", use_bias=False)(hidden)
        hidden = layers.ReLU()(layers.BatchNormalization(momentum=0.9)(hidden))
        hidden = layers.MaxPooling2D()(hidden)
    hidden = layers.Dense(512, activation="relu")(layers.Flatten()(hidden))
    return tf.keras.Model(image, layers.Dense(10, activation="softmax", name="digit")(hidden))


def _conv_fold(fold: int) -> Any:
    def conv_digits_fold(tf: Any, data: Any) -> Recipe:
        """Two convolutions, trained on four fifths of the digits."""
        x, y = data["digits"][..., None], data["digits_labels"]
        return folded(fold, x, y, lambda: (_conv(tf), "image"))

    return conv_digits_fold


for _number in range(5):
    RECIPES[f"conv_digits_fold_{_number}"] = _conv_fold(_number)


@recipe
def separable_digits(tf: Any, data: Any) -> Recipe:
    """Separable and depthwise convolutions, average pooling, hard activations."""
    layers = tf.keras.layers
    x, y = data["digits"][..., None], data["digits_labels"]
    image = layers.Input((8, 8, 1), name="image")
    hidden = layers.Conv2D(16, 3, padding="same", activation="relu")(image)
    hidden = layers.SeparableConv2D(24, 3, padding="same")(hidden)
    hidden = layers.LeakyReLU()(hidden)
    hidden = layers.DepthwiseConv2D(3, strides=2, padding="same")(hidden)
    hidden = layers.PReLU(shared_axes=[1, 2])(hidden)
    hidden = layers.GlobalAveragePooling2D()(layers.AveragePooling2D(2)(hidden))
    model = tf.keras.Model(image, layers.Dense(10, activation="softmax", name="digit")(hidden))
    compile_and_fit(model, x[:-_HELD_BACK], y[:-_HELD_BACK], epochs=25)
    return Recipe(model, {"image": x[-_HELD_BACK:]}, y[-_HELD_BACK:])


@recipe
def small_unet(tf: Any, data: Any) -> Recipe:
    """Fully convolutional for any size: strides, transposed convolution, skips, upsampling."""
    layers = tf.keras.layers
    image = layers.Input((None, None, 3), name="image")
    first = layers.Conv2D(8, 3, padding="same", activation="relu")(image)
    second = layers.Conv2D(16, 3, strides=2, padding="same", activation="relu")(first)
    third = layers.Conv2D(16, 3, strides=2, padding="same", activation="relu")(second)
    up = layers.Conv2DTranspose(16, 3, strides=2, padding="same")(third)
    up = layers.Concatenate()([up, second])
    up = layers.UpSampling2D(interpolation="bilinear")(layers.Conv2D(8, 3, padding="same")(up))
    up = layers.Concatenate()([up, first])
    model = tf.keras.Model(image, layers.Conv2D(1, 1, name="mask", activation="sigmoid")(up))
    x = data["images"][:, ::4, ::4][:, :64, :64].astype(np.float32) / 127.5 - 1
    gray = x.mean(-1, keepdims=True)
    compile_and_fit(model, x, (gray > 0).astype(np.float32), "binary_crossentropy", epochs=10)
    return Recipe(model, {"image": x})


@recipe
def conv3d(tf: Any, data: Any) -> Recipe:
    """Conv3D over short clips."""
    layers = tf.keras.layers
    x = np.stack([data["digits"][i : i + 200] for i in range(4)], axis=1)[..., None]
    y = data["digits_labels"][:200]
    clip = layers.Input((4, 8, 8, 1), name="clip")
    hidden = layers.Conv3D(8, 3, padding="same", activation="relu")(clip)
    hidden = layers.MaxPooling3D((2, 2, 2))(hidden)
    hidden = layers.Flatten()(layers.Conv3D(8, 2, activation="relu")(hidden))
    model = tf.keras.Model(clip, layers.Dense(10, activation="softmax", name="first")(hidden))
    compile_and_fit(model, x, y, epochs=20)
    return Recipe(model, {"clip": x[:64]})


@recipe
def conv_lstm(tf: Any, data: Any) -> Recipe:
    """ConvLSTM2D over short clips."""
    layers = tf.keras.layers
    x = np.stack([data["digits"][i : i + 200] for i in range(4)], axis=1)[..., None]
    clip = layers.Input((4, 8, 8, 1), name="clip")
    hidden = layers.ConvLSTM2D(6, 3, padding="same")(clip)
    hidden = layers.Flatten()(layers.MaxPooling2D()(hidden))
    model = tf.keras.Model(clip, layers.Dense(10, activation="softmax", name="last")(hidden))
    compile_and_fit(model, x, data["digits_labels"][3:203], epochs=10)
    return Recipe(model, {"clip": x[:64]})


@recipe
def rescaled_bytes(tf: Any, data: Any) -> Recipe:
    """Takes bytes: Resizing, Rescaling and CenterCrop inside, as tutorials have them."""
    layers = tf.keras.layers
    image = layers.Input((96, 96, 3), name="image", dtype="uint8")
    hidden = preprocessing(tf, "Rescaling")(1 / 127.5, offset=-1)(image)
    hidden = preprocessing(tf, "Resizing")(48, 48)(hidden)
    hidden = preprocessing(tf, "CenterCrop")(40, 40)(hidden)
    hidden = layers.Conv2D(16, 5, strides=2, activation="relu")(hidden)
    hidden = layers.GlobalMaxPooling2D()(hidden)
    model = tf.keras.Model(image, layers.Dense(4, name="scores")(hidden))
    x = data["images"][:, ::3, ::3][:, :96, :96]
    return Recipe(model, {"image": x})


@recipe
def augmented(tf: Any, data: Any) -> Recipe:
    """Random augmentation that does nothing when asked, in front of convolutions."""
    layers = tf.keras.layers
    x, y = data["digits"][..., None], data["digits_labels"]
    model = tf.keras.Sequential(
        [
            layers.Input((8, 8, 1), name="image"),
            preprocessing(tf, "RandomTranslation")(0.1, 0.1),
            preprocessing(tf, "RandomRotation")(0.05),
            layers.GaussianNoise(0.05),
            layers.Conv2D(24, 3, activation="relu"),
            layers.Flatten(),
            layers.Dense(10, activation="softmax"),
        ]
    )
    compile_and_fit(model, x[:-_HELD_BACK], y[:-_HELD_BACK], epochs=5)
    return Recipe(model, {"image": x[-_HELD_BACK:]}, y[-_HELD_BACK:])


def _application(tf: Any, data: Any, name: str, pixels: int) -> Recipe:
    """An architecture with random weights, so that its answers vary.

    With random weights such a network is a constant function, on which a wrong answer looks
    right. So the statistics of its batch normalisation and its last layer are set from a forward
    pass, as training would leave them.
    """
    build = getattr(tf.keras.applications, name)
    model = build(input_shape=(pixels, pixels, 3), weights=None, classes=100)
    x = data["images"][:, :pixels, :pixels].astype(np.float32)
    if not name.startswith("EfficientNet"):
        x = x / 127.5 - 1
    norms = [layer for layer in model.layers if type(layer).__name__ == "BatchNormalization"]
    kept = [layer.momentum for layer in norms]
    for layer in norms:
        layer.momentum = 0.0
    model(tf.constant(x), training=True)
    for layer, momentum in zip(norms, kept):  # noqa: B905 - Python 3.7 has no strict
        layer.momentum = momentum
    last = model.layers[-1]
    features = np.asarray(tf.keras.Model(model.input, last.input)(tf.constant(x), training=False))
    weights = _separating(features, last.get_weights()[0].shape[1])
    bias = -features.mean(0) @ weights
    last.set_weights([weights.astype(np.float32), bias.astype(np.float32)])
    return Recipe(model, {_input_name(model): x})


def _separating(features: Any, classes: int) -> Any:
    """Return a last layer's weights along which the samples differ most, as training finds them.

    Random ones would add up the rounding of all features, of which few tell samples apart.
    """
    _, _, directions = np.linalg.svd(features - features.mean(0), full_matrices=False)
    random = np.random.RandomState(0)
    weights = directions[:_DIRECTIONS].T @ random.normal(size=(_DIRECTIONS, classes))
    scores = (features - features.mean(0)) @ weights
    return weights * (1.5 / scores.std())


def _input_name(model: Any) -> str:
    tensor = model.inputs[0]
    names = getattr(model, "input_names", None)
    return names[0] if names else tensor.name.split(":")[0]


@recipe
def mobilenet_v2(tf: Any, data: Any) -> Recipe:
    """MobileNetV2."""
    return _application(tf, data, "MobileNetV2", 224)


@recipe
def efficientnet_b0(tf: Any, data: Any) -> Recipe:
    """EfficientNetB0, whose model normalises its own input."""
    return _application(tf, data, "EfficientNetB0", 224)


@recipe
def resnet50(tf: Any, data: Any) -> Recipe:
    """ResNet50: 94 MB of weights."""
    return _application(tf, data, "ResNet50", 224)


@recipe
def inception_v3(tf: Any, data: Any) -> Recipe:
    """InceptionV3."""
    return _application(tf, data, "InceptionV3", 299)
