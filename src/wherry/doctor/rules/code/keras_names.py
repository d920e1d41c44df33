"""Names that moved between the releases of Keras.

Read from the wheels of keras 2.4.3, 2.6.0, 2.8.0, 2.9.0, 2.12.0, 2.13.1, 2.15.0 and 3.12.0; what
``tensorflow.keras`` lacks with Keras 3 was asked of TensorFlow 2.21.
"""

from collections.abc import Iterator
from typing import Final

from wherry.doctor.rule import Context, Rule, found
from wherry.doctor.rules.code import usage, versions
from wherry.doctor.rules.code.versions import Version
from wherry.findings import Finding

_PACKAGES: Final = ("tensorflow", "tensorflow-cpu", "tensorflow-gpu", "tensorflow-intel")
_NEWEST: Final = (3, 99)
_KERAS_3: Final = (3, 0)
_OWN_KERAS: Final = ((2, 6), (2, 16))
"""From 2.6 on TensorFlow brings the keras of its own minor version, from 2.16 on Keras 3."""

_IMAGES: Final = ("img_to_array", "load_img", "array_to_img", "save_img")
_OPTIMIZERS: Final = ("Adam", "SGD", "RMSprop", "Adamax", "Adagrad", "Adadelta", "Nadam")
_GONE: Final[tuple[tuple[Version, Version, tuple[str, ...]], ...]] = (
    ((2, 4), _NEWEST, ("keras.utils.multi_gpu_model", "keras.backend.tensorflow_backend")),
    ((2, 6), _NEWEST, ("keras.objectives", "keras.legacy.interfaces")),
    ((2, 6), _NEWEST, ("keras.layers.normalization.BatchNormalization",)),
    ((2, 6), (2, 9), tuple(f"keras.optimizers.{name}" for name in _OPTIMIZERS)),
    ((2, 9), (2, 13), tuple(f"keras.preprocessing.image.{name}" for name in _IMAGES)),
    (
        (2, 9),
        _NEWEST,
        (
            *("keras.layers.embeddings", "keras.layers.merge", "keras.layers.recurrent"),
            *("keras.layers.advanced_activations", "keras.layers.wrappers"),
            *("keras.optimizer_v2", "keras.optimizers.adam_v2"),
        ),
    ),
    (
        (2, 13),
        _NEWEST,
        (
            *("keras.utils.np_utils", "keras.utils.generic_utils", "keras.utils.vis_utils"),
            *("keras.engine", "keras.layers.core", "keras.layers.pooling"),
            *("keras.layers.convolutional", "keras.wrappers.scikit_learn"),
        ),
    ),
    (
        _KERAS_3,
        _NEWEST,
        (
            *("keras.preprocessing.text", "keras.layers.experimental"),
            *("keras.preprocessing.image.ImageDataGenerator",),
            *("keras.preprocessing.sequence.TimeseriesGenerator",),
        ),
    ),
)
# Of ``tensorflow.keras``, by TensorFlow's own version.
_GONE_FROM_TENSORFLOW: Final = (
    ((2, 12), ("tensorflow.keras.wrappers.scikit_learn",)),
    (
        (2, 16),
        (
            *("tensorflow.keras.layers.experimental", "tensorflow.keras.optimizers.experimental"),
            *("tensorflow.keras.experimental", "tensorflow.keras.mixed_precision.experimental"),
            *("tensorflow.keras.utils.np_utils", "tensorflow.keras.utils.generic_utils"),
            *("tensorflow.keras.utils.vis_utils", "tensorflow.keras.utils.multi_gpu_model"),
            *("tensorflow.keras.engine", "tensorflow.keras.estimator"),
            *("tensorflow.keras.layers.core", "tensorflow.keras.layers.convolutional"),
            *("tensorflow.keras.layers.normalization", "tensorflow.keras.layers.embeddings"),
            *("tensorflow.keras.layers.merge", "tensorflow.keras.layers.recurrent"),
            *("tensorflow.keras.layers.pooling", "tensorflow.keras.layers.wrappers"),
            *("tensorflow.keras.layers.advanced_activations", "tensorflow.keras.layers.CuDNNGRU"),
            *("tensorflow.keras.layers.CuDNNLSTM", "tensorflow.keras.optimizers.adam_v2"),
        ),
    ),
)
_LAST_PARTS: Final = tuple(
    {name.rpartition(".")[2] for _, _, names in _GONE for name in names}
    | {name.rpartition(".")[2] for _, names in _GONE_FROM_TENSORFLOW for name in names}
)


def _check(context: Context) -> Iterator[Finding]:
    keras, tensorflow = _keras(context), _tensorflow(context)
    if versions.wanted(context, "tf-keras"):
        tensorflow = None  # with it TensorFlow may be told to go on with Keras 2
    uses = [*usage.imports(context, "keras")]
    for root in ("keras", "tensorflow"):
        uses += usage.attributes(context, root, _LAST_PARTS)
    for use in uses:
        gone = _gone_from_keras(use.name, keras) or _gone_from_tensorflow(use.name, tensorflow)
        if gone:
            yield found(
                "moved-keras-import",
                use.where,
                values={
                    "name": use.name.rpartition(".")[2],
                    "code_file": use.where.path,
                    "where_module": use.source.module,
                },
            )


def _gone_from_keras(name: str, version: Version | None) -> bool:
    if version is None or not name.startswith("keras."):
        return False
    return any(
        first <= version < last and _is(name, gone)
        for first, last, names in _GONE
        for gone in names
    )


def _gone_from_tensorflow(name: str, version: Version | None) -> bool:
    if version is None:
        return False
    return any(
        version >= first and _is(name, gone)
        for first, names in _GONE_FROM_TENSORFLOW
        for gone in names
    )


def _is(name: str, gone: str) -> bool:
    return name == gone or name.startswith(f"{gone}.")


def _keras(context: Context) -> Version | None:
    """Return the keras that is installed; None where there is none, or nothing tells."""
    known = versions.installed(context, "keras")
    if known is not None:
        return known
    tensorflow = _tensorflow(context)
    if tensorflow is not None:
        first, keras_3 = _OWN_KERAS
        if tensorflow < first:
            return None
        return tensorflow if tensorflow < keras_3 else (3, 0)
    if versions.wanted(context, "keras") and not versions.below(context, "keras", _KERAS_3):
        return 3, 98
    return None


def _tensorflow(context: Context) -> Version | None:
    for name in _PACKAGES:
        if not versions.wanted(context, name):
            continue
        known = versions.installed(context, name)
        if known is not None:
            return known
        if not versions.below(context, name, (2, 16)):
            return 2, 98  # the newest, which is not known by number
    return None


RULE: Final = Rule("keras-names", ("moved-keras-import",), _check)
