"""One model, several threads."""

from typing import Final

from wherry.causes import sources
from wherry.causes.cause import Cause, Check, Severity, edit, run

_TF2: Final = edit(
    "Move to TensorFlow 2, where a model can be called from any thread.",
    "{requirements|requirements.txt}",
    "tensorflow-cpu=={version|2.15.1}",
    pythons="3.9-3.11",
)
_LITE: Final = run(
    "Or serve the model on a light runtime, which has neither graphs nor sessions.",
    "wherry shrink {model|model.h5} -o {bundle|model.bundle}",
)

CAUSES: Final = (
    Cause(
        code="WH543",
        name="tf-graph-thread",
        title="The model belongs to another thread's graph",
        severity=Severity.ERROR,
        why="In TensorFlow 1 and Keras before 2.4, a model lives in the graph and session of the "
        "thread that loaded it. Web servers answer in other threads, where both are empty.",
        looks_like=(
            (
                'ValueError: Tensor Tensor("dense_2/Softmax:0", shape=(?, 10), '
                "dtype=float32) is not an element of this graph."
            ),
            (
                "tensorflow.python.framework.errors_impl.FailedPreconditionError: "
                "Error while reading resource variable dense/kernel from "
                "Container: localhost."
            ),
            (
                'ValueError: Tensor("conv2d/kernel:0") must be from the same '
                'graph as Tensor("input:0").'
            ),
        ),
        remedies=(
            _TF2,
            _LITE,
            edit(
                "Where TensorFlow 1 must stay: keep the graph and the session, and enter both.",
                "{code_file|views.py}",
                "with graph.as_default(), session.as_default():\n    answer = model.predict(array)",
                needs="a host that still has Python 3.7",
            ),
        ),
        check=Check(
            "Ten requests at once are answered:",
            (
                (
                    "seq 10 | xargs -P 10 -I{} curl -s -o /dev/null -w "
                    "'%{http_code}\\n' {url|http://127.0.0.1:8000/predict}"
                ),
            ),
        ),
        sources=(sources.TF_MIGRATE, sources.LOGS),
        related=("keras-threadlocal", "tf1-api-removed"),
    ),
    Cause(
        code="WH544",
        name="keras-threadlocal",
        title="Keras keeps its state in another thread",
        severity=Severity.ERROR,
        why="Standalone Keras 2.3 keeps its session and name scopes in the thread that imported "
        "it; the server's threads have none.",
        looks_like=("AttributeError: '_thread._local' object has no attribute 'value'",),
        remedies=(
            edit(
                "Import Keras through TensorFlow.",
                "{code_file|views.py}",
                "from tensorflow.keras.models import load_model",
            ),
            _TF2,
            _LITE,
            edit(
                "As a stopgap, answer in one thread.",
                "Procfile",
                "web: gunicorn --workers 1 --threads 1 {project|mysite}.wsgi",
            ),
        ),
        check=Check(
            "Standalone Keras is gone:", ("grep -rnE '^(from|import) keras' --include='*.py' .",)
        ),
        sources=(sources.KERAS_3, sources.LOGS),
        related=("tf-graph-thread", "keras-standalone-mismatch"),
    ),
    Cause(
        code="WH547",
        name="interpreter-shared-by-threads",
        title="Two threads use one LiteRT interpreter at the same time",
        severity=Severity.ERROR,
        why="An interpreter has one set of buffers: set_tensor, invoke and get_tensor of two "
        "requests mix, and one gets the other's answer, or an error about references to its "
        "buffers.",
        looks_like=(
            (
                "RuntimeError: There is at least 1 reference to internal data "
                "in the interpreter in the form of a numpy array or slice. Be "
                "sure to only hold the function returned from tensor() if you "
                "are using raw data access."
            ),
        ),
        remedies=(
            edit(
                "Let Wherry hold it: it has one for each thread, with the weights in common.",
                "{code_file|views.py}",
                'answer = get_model("{name|model}").predict({"{input|image}": array})',
                needs="wherry.django in INSTALLED_APPS",
                pythons="3.12-3.14",
            ),
            edit(
                "Or let one thread in at a time.",
                "{code_file|views.py}",
                "with lock:\n    interpreter.set_tensor(index, array)\n    "
                "interpreter.invoke()\n    answer = "
                "interpreter.get_tensor(output).copy()",
            ),
        ),
        check=Check(
            "Different questions at once get different answers.", ("python manage.py test",)
        ),
        sources=(sources.LITERT,),
        related=("requests-queue-behind-prediction",),
    ),
)
