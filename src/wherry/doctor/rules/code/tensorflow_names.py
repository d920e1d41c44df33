"""Names of TensorFlow that are private, or were those of TensorFlow 1."""

from collections.abc import Iterator
from typing import Final

from wherry.causes.cause import Severity
from wherry.doctor.rule import Context, Rule, found
from wherry.doctor.rules.code import usage, versions
from wherry.findings import Finding

_PACKAGES: Final = ("tensorflow", "tensorflow-cpu", "tensorflow-gpu", "tensorflow-intel")
_KERAS_3: Final = (2, 16)
_LAST_TF1_PYTHON: Final = (3, 7)
_GONE: Final = frozenset(
    (
        *("Session", "InteractiveSession", "placeholder", "get_default_graph", "ConfigProto"),
        *("GPUOptions", "global_variables_initializer", "local_variables_initializer"),
        *("reset_default_graph", "GraphDef", "get_variable", "variable_scope", "log", "contrib"),
        *("layers", "set_random_seed", "random_uniform", "random_normal", "truncated_normal"),
        *("logging", "gfile", "app", "flags", "to_float", "to_int32", "global_variables"),
        *("trainable_variables", "placeholder_with_default", "read_file", "decode_raw", "py_func"),
        *("get_default_session", "Print", "parse_single_example", "FixedLenFeature", "ceil"),
        *("assign", "get_collection", "GraphKeys", "summary.FileWriter", "train.Saver"),
        *("train.AdamOptimizer", "train.GradientDescentOptimizer", "train.import_meta_graph"),
        *("train.get_checkpoint_state", "image.resize_images", "image.resize_bilinear"),
        *(
            "enable_eager_execution",
            "disable_eager_execution",
            "OptimizerOptions",
            "sparse_placeholder",
        ),
        *(
            "nn.rnn_cell",
            "nn.dynamic_rnn",
            "nn.static_rnn",
            "saved_model.loader",
            "saved_model.tag_constants",
        ),
    )
)
_GONE_IMPORTS: Final = ("tensorflow.contrib", "tensorflow.examples", "tensorflow.compat.v1.contrib")
_GONE_KERAS: Final = frozenset(
    ("get_session", "set_session", "tensorflow_backend", "clear_session_v1")
)


def _version_one(context: Context) -> Iterator[Finding]:
    if (
        context.python is not None
        and context.python <= _LAST_TF1_PYTHON
        and any(versions.below(context, name, (2, 0)) for name in _PACKAGES)
    ):
        return
    seen = False
    for use in (
        *usage.attributes(context, "tensorflow", _GONE),
        *usage.imports(context, "tensorflow", "keras"),
    ):
        name = _tf1_name(use.name)
        if name:
            seen = True
            yield found(
                "tf1-api-removed", use.where, values={"name": name, "code_file": use.where.path}
            )
    if not seen:
        yield from _keras_backend(context)


def _tf1_name(full: str) -> str:
    if full.startswith(_GONE_IMPORTS):
        return full.replace("tensorflow", "tf", 1)
    root, _, rest = full.partition(".")
    if root != "tensorflow" or not rest:
        return ""
    parts = rest.split(".")
    for length in (1, 2):
        name = ".".join(parts[:length])
        if name in _GONE and not (name == "log" and len(parts) > 1):
            return f"tf.{name}"
    return ""


def _keras_backend(context: Context) -> Iterator[Finding]:
    """Report sessions that are taken from Keras: K.get_session() went with Keras 2.4."""
    uses = [*usage.imports(context, "keras.backend", "keras import backend")]
    for root in ("keras", "tensorflow"):
        uses += usage.attributes(context, root, ("set_session", "get_session"))
    for use in uses:
        module, _, name = use.name.rpartition(".")
        of_backend = module.endswith(("keras.backend", "keras.backend.tensorflow_backend"))
        if name in _GONE_KERAS and of_backend and "compat.v1" not in module:
            yield found(
                "tf1-api-removed",
                use.where,
                values={"name": f"K.{name}", "code_file": use.where.path},
            )


def _private(context: Context) -> Iterator[Finding]:
    for use in usage.imports(
        context, "tensorflow.python", "tensorflow_core", "tensorflow_estimator.python"
    ):
        if not use.name.startswith(
            ("tensorflow.python", "tensorflow_core", "tensorflow_estimator.python")
        ):
            continue
        yield found(
            "tf-private-api",
            use.where,
            severity=Severity.ERROR if _fails(context, use.name) else Severity.WARNING,
            values={
                "module": use.name,
                "code_file": use.where.path,
                "name": use.name.rpartition(".")[2],
            },
        )


def _fails(context: Context, name: str) -> bool:
    if name.startswith("tensorflow_core"):
        return True
    if not name.startswith("tensorflow.python.keras"):
        return False
    asked = [item for item in _PACKAGES if versions.wanted(context, item)]
    return any(versions.may_be(context, item, _KERAS_3) for item in asked)


VERSION_ONE: Final = Rule("tensorflow-1-names", ("tf1-api-removed",), _version_one)
PRIVATE: Final = Rule("tensorflow-private-names", ("tf-private-api",), _private)
