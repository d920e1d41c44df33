"""A model of one Keras, loaded by another."""

from typing import Final

from wherry.causes import sources
from wherry.causes.cause import Cause, Check, Severity, edit, run

_SHRINK: Final = run(
    "Convert it once, with the TensorFlow that wrote it; the result needs no Keras at all.",
    "wherry shrink {model|model.h5} -o {bundle|model.bundle}",
)
_INSPECT: Final = Check(
    "Which versions wrote it, and what is in it:", ("wherry inspect {model|model.h5}",)
)

CAUSES: Final = (
    Cause(
        code="WH501",
        name="keras-version-mismatch",
        title="The model was saved by {saved|another Keras} and is loaded by {loaded|this one}",
        severity=Severity.ERROR,
        why="Keras writes its own layer arguments into the file, and another generation does not "
        "know them: batch_shape and groups come from Keras 3, ragged and Functional from Keras 2 "
        "and earlier. TensorFlow up to 2.15 has Keras 2, 2.16 and later have Keras 3.",
        looks_like=(
            (
                "TypeError: Error when deserializing class 'InputLayer' using "
                "config={'batch_shape': [None, 28, 28, 1], 'dtype': 'float32', "
                "'name': 'input'}."
            ),
            "TypeError: ('Keyword argument not understood:', 'groups')",
            "ValueError: Unknown layer: Functional",
            (
                "TypeError: Could not locate class 'Sequential'. Make sure "
                "custom classes are decorated with "
                "`@keras.saving.register_keras_serializable()`."
            ),
            "TypeError: __init__() got an unexpected keyword argument 'ragged'",
        ),
        remedies=(
            edit(
                "A Keras 3 file: use TensorFlow 2.16 or later.",
                "{requirements|requirements.txt}",
                "tensorflow-cpu==2.20.0",
                pythons="3.9-3.13",
            ),
            edit(
                "A Keras 2 file: stay with TensorFlow 2.15.",
                "{requirements|requirements.txt}",
                "tensorflow-cpu==2.15.1",
                pythons="3.9-3.11",
            ),
            edit(
                "A Keras 2 file with a newer TensorFlow: use the old Keras beside "
                "it (which insists on the whole tensorflow).",
                "{requirements|requirements.txt}",
                "tensorflow==2.19.1\ntf-keras==2.19.0",
                "heroku config:set TF_USE_LEGACY_KERAS=1",
                pythons="3.9-3.12",
                on="heroku",
            ),
            _SHRINK,
        ),
        check=_INSPECT,
        sources=(sources.KERAS_3, sources.TF_TABLE, sources.LOGS),
        related=(
            "legacy-h5-in-keras3",
            "keras3-savedmodel-format",
            "custom-object-missing",
            "tf-unpinned",
        ),
    ),
    Cause(
        code="WH502",
        name="legacy-h5-in-keras3",
        title="An .h5 file of Keras 1 or 2 is loaded by Keras 3",
        severity=Severity.ERROR,
        why="Keras 3 still opens .h5, but not everything in it: an optimizer's or a loss's name, "
        "old arguments (batch_input_shape, time_major, lr), layers that were renamed, Lambda. "
        "What loads without complaint should still be compared with the old answers.",
        looks_like=(
            "TypeError: Could not deserialize 'keras.metrics.mse'",
            "ValueError: Unrecognized keyword arguments passed to LSTM: {'time_major': False}",
            "ValueError: Could not interpret optimizer identifier",
            (
                "WARNING:absl:Compiled the loaded model, but the compiled "
                "metrics have yet to be built."
            ),
        ),
        remedies=(
            edit(
                "If only the training state is at fault, leave it out.",
                "{code_file|views.py}",
                'load_model("{model|model.h5}", compile=False)',
            ),
            _SHRINK,
            edit(
                "Or stay with Keras 2.",
                "{requirements|requirements.txt}",
                "tensorflow-cpu==2.15.1",
                pythons="3.9-3.11",
            ),
        ),
        check=_INSPECT,
        sources=(sources.KERAS_3, sources.KERAS_SAVING, sources.PROJECTS),
        related=("keras-version-mismatch", "lambda-refused-by-safe-mode"),
    ),
    Cause(
        code="WH504",
        name="h5py3-old-keras",
        title="h5py 3 with a Keras that expects h5py 2",
        severity=Severity.ERROR,
        why="h5py 3 returns text where h5py 2 returned bytes. TensorFlow before 2.5 and Keras "
        "before 2.4 call decode() on it.",
        looks_like=("AttributeError: 'str' object has no attribute 'decode'",),
        remedies=(
            edit(
                "Hold h5py back.",
                "{requirements|requirements.txt}",
                "h5py==2.10.0",
                pythons="3.6-3.8",
                needs="a host that still has Python 3.8",
            ),
            edit(
                "Or move TensorFlow forward.",
                "{requirements|requirements.txt}",
                "tensorflow-cpu==2.15.1",
                pythons="3.9-3.11",
            ),
            _SHRINK,
        ),
        check=Check("What is installed:", ("pip list | grep -iE 'h5py|tensorflow|keras'",)),
        sources=(sources.H5PY, sources.LOGS),
        related=("keras-version-mismatch", "tf-no-wheel-for-python"),
    ),
)
