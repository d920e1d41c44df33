"""numpy and scipy do not fit the code, or what was compiled against them."""

from typing import Final

from wherry.causes import sources
from wherry.causes.cause import Cause, Check, Severity, edit, run

_SHRINK: Final = run(
    "Or serve the model without TensorFlow and all that it demands.",
    "wherry shrink {model|model.h5} -o {bundle|model.bundle}",
)
_IMPORT_TF: Final = Check(
    "It is imported:", ("python -c 'import tensorflow as tf; print(tf.__version__)'",)
)

CAUSES: Final = (
    Cause(
        code="WH235",
        name="numpy2-abi",
        title="{module|A compiled module} was built for NumPy 1 and meets NumPy {numpy|2}",
        severity=Severity.ERROR,
        why="NumPy 2 changed how compiled code sees arrays. TensorFlow 2.14 to 2.17 forbid it, but "
        "an override or `--no-deps` lets it in; TensorFlow up to 2.11, old pandas and old OpenCV "
        "have no upper limit, so that a fresh install takes it.",
        looks_like=(
            (
                "A module that was compiled using NumPy 1.x cannot be run in "
                "NumPy 2.0.2 as it may crash."
            ),
            "AttributeError: _ARRAY_API not found",
            "ImportError: numpy.core.umath failed to import",
            (
                "ValueError: numpy.dtype size changed, may indicate binary "
                "incompatibility. Expected 96 from C header, got 88 from "
                "PyObject"
            ),
        ),
        remedies=(
            edit(
                "Stay with NumPy 1.",
                "{requirements|requirements.txt}",
                "numpy==1.26.4",
                pythons="3.9-3.12",
            ),
            edit(
                "Or move TensorFlow to 2.18 or later.",
                "{requirements|requirements.txt}",
                "tensorflow-cpu==2.20.0",
                pythons="3.9-3.13",
            ),
            _SHRINK,
        ),
        check=Check(
            "They agree:", ("pip check", "python -c 'import numpy; print(numpy.__version__)'")
        ),
        sources=(sources.NUMPY_2, sources.TF_TABLE, sources.LOGS),
        related=("numpy-api-too-old", "resolution-impossible", "removed-numpy-alias"),
    ),
    Cause(
        code="WH236",
        name="numpy-api-too-old",
        title="{module|A compiled module} was built for a newer NumPy than {numpy|the one here}",
        severity=Severity.ERROR,
        why="The other direction: the package was compiled against a later NumPy than the one that "
        "is installed, because of an old pin, or because two copies are installed and the old one "
        "is found first.",
        looks_like=(
            (
                "RuntimeError: module compiled against API version 0xe but "
                "this version of numpy is 0xd"
            ),
            "ImportError: numpy.core._multiarray_umath failed to import",
        ),
        remedies=(
            edit(
                "Raise NumPy within TensorFlow's range.",
                "{requirements|requirements.txt}",
                "{replacement|numpy==1.26.4}",
                pythons="3.9-3.12",
            ),
            run(
                "If there are two, remove both and install one.",
                "pip uninstall -y numpy",
                "pip uninstall -y numpy",
                "pip install -r {requirements|requirements.txt}",
            ),
        ),
        check=Check(
            "Only one is found:",
            (
                "pip list | grep -i '^numpy '",
                "python -c 'import numpy; print(numpy.__version__, numpy.__file__)'",
            ),
        ),
        sources=(sources.NUMPY_ERRORS, sources.LOGS),
        related=("numpy2-abi",),
    ),
    Cause(
        code="WH242",
        name="removed-scipy-api",
        title="{name|A name} was removed from SciPy",
        severity=Severity.ERROR,
        why="scipy.misc lost imread, imresize and toimage in 1.3 and the rest in 1.12; "
        "scipy.ndimage.filters and scipy.signal's windows moved. The code is older than the SciPy "
        "that is installed now.",
        looks_like=(
            "ImportError: cannot import name 'imread' from 'scipy.misc'",
            "ImportError: cannot import name 'imresize' from 'scipy.misc'",
            "AttributeError: module 'scipy.misc' has no attribute 'imsave'",
        ),
        remedies=(
            edit(
                "Read and resize with Pillow.",
                "{code_file|views.py}",
                'array = np.asarray(Image.open(file).convert("RGB").resize((224, 224)))',
                needs="pillow in the dependency file",
            ),
            edit(
                "Or with imageio, whose function has the same name.",
                "{code_file|views.py}",
                "from imageio.v2 import imread",
                needs="imageio in the dependency file",
            ),
        ),
        check=Check("None is left:", ("grep -rn 'scipy.misc' --include='*.py' .",)),
        sources=(sources.SCIPY, sources.PROJECTS),
        related=("removed-numpy-alias",),
    ),
    Cause(
        code="WH247",
        name="removed-numpy-alias",
        title="{name|np.bool} was removed from NumPy",
        severity=Severity.ERROR,
        why="NumPy 1.24 removed np.bool, np.int, np.float, np.object and np.str, which were only "
        "other names for Python's own; 2.0 removed np.float_, np.Inf and others. The code, or an "
        "old TensorFlow or scikit-image, still uses them.",
        looks_like=(
            "AttributeError: module 'numpy' has no attribute 'object'.",
            "AttributeError: module 'numpy' has no attribute 'bool'.",
            (
                "AttributeError: `np.float_` was removed in the NumPy 2.0 "
                "release. Use `np.float64` instead."
            ),
        ),
        remedies=(
            edit(
                "In your own code, write Python's name.",
                "{code_file|views.py}",
                "array.astype(bool)",
            ),
            edit(
                "If it is in a package, stay below 1.24.",
                "{requirements|requirements.txt}",
                "numpy==1.23.5",
                pythons="3.8-3.11",
            ),
        ),
        check=_IMPORT_TF,
        sources=(sources.NUMPY_124, sources.NUMPY_2),
        related=("numpy2-abi", "removed-scipy-api"),
    ),
)
