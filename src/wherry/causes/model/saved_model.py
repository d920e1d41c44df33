"""SavedModel folders, and operators that a runtime lacks."""

from typing import Final

from wherry.causes import sources
from wherry.causes.cause import Cause, Check, Severity, edit, run

CAUSES: Final = (
    Cause(
        code="WH503",
        name="keras3-savedmodel-format",
        title="Keras 3 does not load SavedModel folders",
        severity=Severity.ERROR,
        why="load_model of Keras 3 takes .keras and .h5 only. A folder with saved_model.pb is "
        "TensorFlow's format: it holds a graph, not a Keras model.",
        looks_like=(
            (
                "ValueError: File format not supported: "
                "filepath=saved_model/my_model. Keras 3 only supports V3 "
                "`.keras` files and legacy H5 format files (`.h5` extension)."
            ),
        ),
        remedies=(
            run(
                "Serve the folder without TensorFlow's Python.",
                "wherry shrink {model|saved_model} -o {bundle|model.bundle}",
            ),
            edit(
                "Or call its signature.",
                "{code_file|views.py}",
                'model = tf.saved_model.load("{model|saved_model}").signatures["serving_default"]',
            ),
            edit(
                "Or wrap it as a layer.",
                "{code_file|views.py}",
                'keras.layers.TFSMLayer("{model|saved_model}", call_endpoint="serving_default")',
            ),
            edit(
                "Or stay with Keras 2.",
                "{requirements|requirements.txt}",
                "tensorflow-cpu==2.15.1",
                pythons="3.9-3.11",
            ),
        ),
        check=Check("Its signatures:", ("wherry inspect {model|saved_model}",)),
        sources=(sources.KERAS_SAVING, sources.TF_SAVED_MODEL, sources.LOGS),
        related=("savedmodel-no-predict", "model-path-is-directory", "keras-version-mismatch"),
    ),
    Cause(
        code="WH510",
        name="savedmodel-no-predict",
        title="What tf.saved_model.load returns has no predict",
        severity=Severity.ERROR,
        why="It is an object with signatures, not a Keras model, even if Keras wrote the folder.",
        looks_like=(
            "AttributeError: '_UserObject' object has no attribute 'predict'",
            "AttributeError: 'AutoTrackable' object has no attribute 'predict'",
        ),
        remedies=(
            edit(
                "Call its signature.",
                "{code_file|views.py}",
                'answer = model.signatures["serving_default"](tf.constant(array))',
            ),
            run(
                "Or serve the folder without TensorFlow's Python.",
                "wherry shrink {model|saved_model} -o {bundle|model.bundle}",
            ),
            edit(
                "Or wrap it as a layer (Keras 3).",
                "{code_file|views.py}",
                'keras.layers.TFSMLayer("{model|saved_model}", call_endpoint="serving_default")',
            ),
        ),
        check=Check("Its signatures:", ("wherry inspect {model|saved_model}",)),
        sources=(sources.TF_SAVED_MODEL, sources.LOGS),
        related=("keras3-savedmodel-format",),
    ),
    Cause(
        code="WH523",
        name="op-not-registered",
        title="The runtime does not have the operator {operator|that the model uses}",
        severity=Severity.ERROR,
        why="A model may use operators that come from elsewhere: TensorFlow Text, Addons, or "
        "TensorFlow operators inside a LiteRT file, for which the light runtime has no code.",
        looks_like=(
            (
                "tensorflow.python.framework.errors_impl.NotFoundError: Op "
                "type not registered 'CaseFoldUTF8' in binary running on web.1."
            ),
            (
                "RuntimeError: Regular TensorFlow ops are not supported by "
                "this interpreter. Make sure you apply/link the Flex delegate "
                "before inference."
            ),
            "RuntimeError: Encountered unresolved custom op: VarHandleOp.",
        ),
        remedies=(
            run(
                "Let Wherry try each runtime, TensorFlow's own library included, "
                "and say which can.",
                "wherry shrink {model|saved_model} -o {bundle|model.bundle}",
            ),
            edit(
                "Import what registers the operator, before the model is loaded.",
                "{code_file|views.py}",
                "import tensorflow_text  # noqa: F401",
                needs="tensorflow-text of the same version in the dependency file",
            ),
        ),
        check=Check("Which runtimes can carry it:", ("wherry inspect {model|saved_model}",)),
        sources=(sources.LITERT, sources.TF_SAVED_MODEL),
        related=("custom-object-missing",),
    ),
)
