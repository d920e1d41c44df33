from pathlib import Path

import pytest

from tests.doctor.rules.dependencies.asking import ask, one

_VIEW = "\n\n\ndef home(request):\n    return None\n"
_LIST = "Django==5.2.8\ngunicorn==23.0.0\nnumpy==2.2.6\n"


def _asked(root: Path, requirements: str, view: str) -> list[str]:
    changes = {"requirements.txt": _LIST + requirements, "pages/views.py": view + _VIEW}
    return [finding.cause.name for finding in ask(root, changes)]


@pytest.mark.parametrize(
    "framework", ["tensorflow-cpu==2.20.0", "torch==2.8.0", "jax==0.7.0", "pyspark==4.0.0"]
)
def test_a_framework_that_nothing_imports(tmp_path: Path, framework: str) -> None:
    requirements = f"onnxruntime==1.22.0\n{framework}\n"
    view = "import numpy as np\nimport onnxruntime"
    assert "pip-freeze-bloat" in _asked(tmp_path, requirements, view)


def test_where_it_stands_and_what_it_is(tmp_path: Path) -> None:
    changes = {
        "requirements.txt": f"{_LIST}tensorflow-cpu==2.20.0\nonnxruntime==1.22.0\n",
        "pages/views.py": f"import onnxruntime{_VIEW}",
    }
    found = one(ask(tmp_path, changes), "pip-freeze-bloat")
    assert [(span.path, span.line) for span in found.where] == [("requirements.txt", 4)]
    assert "tensorflow-cpu" in [item.value for item in found.evidence]


@pytest.mark.parametrize(
    "view",
    [
        "import tensorflow as tf",
        "def late():\n    from tensorflow import keras",
        "import importlib\ntf = importlib.import_module('tensorflow')",
        # No other one does the work, so that the code for it may be missing yet.
        "import numpy as np",
        # These take it where they find it.
        "import onnxruntime, keras",
        "import onnxruntime, transformers",
        "import onnxruntime, some_unknown_wrapper",
        # A pickle may hold a model of it.
        "import numpy, pickle\nMODEL = pickle.load(open('m.pkl', 'rb'))",
        "import onnxruntime, joblib",
    ],
)
def test_silent_where_something_may_use_it(tmp_path: Path, view: str) -> None:
    assert "pip-freeze-bloat" not in _asked(tmp_path, "tensorflow-cpu==2.20.0\n", view)


def test_silent_where_wherry_takes_its_library(tmp_path: Path) -> None:
    requirements = "wherry[serve]==0.1.0\ntensorflow-cpu==2.20.0\n"
    assert "pip-freeze-bloat" not in _asked(tmp_path, requirements, "import onnxruntime")


def test_silent_where_a_file_cannot_be_read(tmp_path: Path) -> None:
    changes = {
        "requirements.txt": f"{_LIST}torch==2.8.0\n",
        "pages/net.py": "def broken(:\n",
    }
    assert "pip-freeze-bloat" not in [finding.cause.name for finding in ask(tmp_path, changes)]
