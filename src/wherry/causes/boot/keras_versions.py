"""TensorFlow and Keras do not fit one another, or the code."""

from typing import Final

from wherry.causes import sources
from wherry.causes.cause import Cause, Check, Severity, edit, run

_IMPORT_TF: Final = Check(
    "It is imported:", ("python -c 'import tensorflow as tf; print(tf.__version__)'",)
)

CAUSES: Final = (
    Cause(
        code="WH239",
        name="tf-install-broken",
        title="TensorFlow's own files do not fit together",
        severity=Severity.ERROR,
        why="Files of two releases, or of tensorflow, tensorflow-cpu and tensorflow-gpu at once, "
        "lie in one folder; or the estimator's and Keras's packages are of another release than "
        "TensorFlow itself.",
        looks_like=(
            "ModuleNotFoundError: No module named 'tensorflow_core.keras'",
            "ImportError: cannot import name 'dtensor' from 'tensorflow.compat.v2.experimental'",
            "AttributeError: module 'tensorflow' has no attribute '__version__'",
        ),
        remedies=(
            run(
                "Remove all of it, and install one release.",
                "pip uninstall -y tensorflow tensorflow-cpu tensorflow-gpu "
                "tensorflow-estimator keras",
                "pip install tensorflow-cpu=={version|2.20.0}",
            ),
            edit(
                "Require one of them only; keras comes along.",
                "{requirements|requirements.txt}",
                "tensorflow-cpu=={version|2.20.0}",
                pythons="3.9-3.13",
            ),
            run(
                "On Heroku, build from a clean cache.",
                "heroku plugins:install heroku-builds",
                "heroku builds:cache:purge",
                on="heroku-cedar",
            ),
        ),
        check=_IMPORT_TF,
        sources=(sources.TF_INSTALL, sources.LOGS),
        related=("keras-standalone-mismatch", "tf-private-api"),
    ),
    Cause(
        code="WH243",
        name="moved-keras-import",
        title="{name|A name} is no longer where the code imports it from in Keras",
        severity=Severity.ERROR,
        why="keras.preprocessing.image, keras.layers.core, keras.engine, keras.utils.np_utils, "
        "keras.layers.normalization and keras.optimizers' old names moved between 2.6 and 3.0.",
        looks_like=(
            "ImportError: cannot import name 'img_to_array' from 'keras.preprocessing.image'",
            "ModuleNotFoundError: No module named 'keras.utils.np_utils'",
            "ModuleNotFoundError: No module named 'keras.preprocessing.text'",
            "ImportError: cannot import name 'Adam' from 'keras.optimizers'",
        ),
        remedies=(
            edit(
                "Import it from its present place.",
                "{code_file|views.py}",
                "from tensorflow.keras.utils import img_to_array, load_img, to_categorical",
            ),
            edit(
                "Or stay with the Keras that it was written for.",
                "{requirements|requirements.txt}",
                "tensorflow-cpu=={version|2.15.1}",
                pythons="3.9-3.11",
            ),
        ),
        check=Check("The module is imported:", ("python -c 'import {where_module|app.views}'",)),
        sources=(sources.KERAS_3, sources.PROJECTS),
        related=("keras-standalone-mismatch", "tf-private-api"),
    ),
    Cause(
        code="WH244",
        name="keras-standalone-mismatch",
        title="The keras package is of another release than TensorFlow",
        severity=Severity.ERROR,
        why="From 2.6 to 2.15, TensorFlow needs the keras of its own minor version; before 2.6 it "
        "has its own inside, and a keras beside it is another program with other objects; from "
        "2.16 on it needs Keras 3. {pins|The two pins} do not fit.",
        looks_like=(
            "ImportError: cannot import name 'dtensor' from 'tensorflow.compat.v2.experimental'",
            "AttributeError: module 'tensorflow.compat.v2.__internal__' has no attribute 'tf2'",
            "AttributeError: module 'keras.backend' has no attribute 'get_session'",
            (
                "ImportError: Keras requires TensorFlow 2.2 or higher. Install "
                "TensorFlow via `pip install tensorflow`"
            ),
        ),
        remedies=(
            edit(
                "Require TensorFlow only, and let it bring its Keras.",
                "{requirements|requirements.txt}",
                "tensorflow-cpu=={version|2.20.0}",
                pythons="3.9-3.13",
            ),
            edit(
                "Import Keras through TensorFlow.",
                "{code_file|views.py}",
                "from tensorflow import keras",
            ),
        ),
        check=Check(
            "They agree:",
            (
                "pip check",
                (
                    "python -c 'import tensorflow, keras; "
                    "print(tensorflow.__version__, keras.__version__)'"
                ),
            ),
        ),
        sources=(sources.TF_TABLE, sources.KERAS_3, sources.PROJECTS),
        related=("keras-version-mismatch", "moved-keras-import", "tf-install-broken"),
    ),
)
