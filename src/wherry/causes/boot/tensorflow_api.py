"""The code asks TensorFlow for what it does not offer."""

from typing import Final

from wherry.causes import sources
from wherry.causes.cause import Cause, Check, Severity, edit, run

_IMPORT_TF: Final = Check(
    "It is imported:", ("python -c 'import tensorflow as tf; print(tf.__version__)'",)
)

CAUSES: Final = (
    Cause(
        code="WH240",
        name="tf-private-api",
        aliases=("private-tf-api",),
        title="The code imports TensorFlow's insides{module:: *|}",
        severity=Severity.ERROR,
        why="Everything under tensorflow.python and tensorflow_core is private and moves with any "
        "release: tensorflow.python.keras went with 2.16. Editors like to complete such imports.",
        looks_like=(
            "ModuleNotFoundError: No module named 'tensorflow.python.keras'",
            "ImportError: cannot import name 'layer_utils' from 'tensorflow.python.keras.utils'",
        ),
        remedies=(
            edit(
                "Import the public name.",
                "{code_file|views.py}",
                "from tensorflow.keras.{public|models} import {name|load_model}",
            ),
            edit(
                "Or stay with the release that it was written for.",
                "{requirements|requirements.txt}",
                "tensorflow-cpu=={version|2.15.1}",
                pythons="3.9-3.11",
            ),
        ),
        check=Check(
            "None is left:", ("grep -rnE 'tensorflow(\\.python|_core)' --include='*.py' .",)
        ),
        sources=(sources.TF_MIGRATE, sources.LOGS, sources.PROJECTS),
        related=("moved-keras-import", "tf-install-broken"),
    ),
    Cause(
        code="WH241",
        name="tf1-api-removed",
        aliases=("tf1-api",),
        title="The code is written for TensorFlow 1{name:: *|}",
        severity=Severity.ERROR,
        why="TensorFlow 2 has no Session, placeholder, get_default_graph or contrib. TensorFlow "
        "1.15 needs Python 3.7 or older, which Heroku no longer builds, so that going back is no "
        "way out there.",
        looks_like=(
            "AttributeError: module 'tensorflow' has no attribute 'get_default_graph'",
            "AttributeError: module 'tensorflow' has no attribute 'Session'",
            "AttributeError: module 'tensorflow' has no attribute 'placeholder'",
            "ModuleNotFoundError: No module named 'tensorflow.contrib'",
        ),
        remedies=(
            edit(
                "Load and predict as TensorFlow 2 does: without sessions and graphs.",
                "{code_file|views.py}",
                'model = tf.keras.models.load_model("{model|model.h5}")\nanswer = '
                "model(array).numpy()",
            ),
            run(
                "Or convert the model once, and serve it without TensorFlow.",
                "wherry shrink {model|model.h5} -o {bundle|model.bundle}",
            ),
            run(
                "Rewrite what a tool can; contrib remains.",
                "tf_upgrade_v2 --intree . --outtree ../upgraded --reportfile report.txt",
            ),
            edit(
                "As a bridge, for a while:",
                "{code_file|views.py}",
                "import tensorflow.compat.v1 as tf\ntf.disable_v2_behavior()",
            ),
        ),
        check=_IMPORT_TF,
        sources=(sources.TF_MIGRATE, sources.LOGS, sources.PROJECTS),
        related=("tf-graph-thread", "keras-threadlocal", "tf-no-wheel-for-python"),
    ),
)
