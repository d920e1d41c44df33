from pathlib import Path

import pytest

from tests.doctor.rules.dependencies.asking import ask, brief

_TF_215 = "django==4.2\ntensorflow-cpu==2.15.1\nkeras==2.15.0\nnumpy==1.26.4\nscipy==1.11.4\n"


def _names(root: Path, text: str, requirements: str = _TF_215) -> list[str]:
    files = {
        ".python-version": "3.11\n",
        "requirements.txt": requirements,
        "pages/views.py": f"{text}\n\n\ndef home(request):\n    return None\n",
    }
    return [name for name, _ in brief(ask(root, files))]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("from scipy.misc import imread, imresize", "removed-scipy-api"),
        ("import scipy.misc\nx = scipy.misc.imresize(1)", "removed-scipy-api"),
        ("from scipy import misc\nx = misc.imread('a')", "removed-scipy-api"),
        ("import numpy as np\nx = np.bool", "removed-numpy-alias"),
        ("import numpy\nx = numpy.zeros(3).astype(numpy.float)", "removed-numpy-alias"),
    ],
)
def test_names_that_are_gone(tmp_path: Path, text: str, expected: str) -> None:
    assert set(_names(tmp_path, text)) == {expected}


@pytest.mark.parametrize(
    "text",
    [
        "from scipy import ndimage, signal",
        "from scipy.special import comb",
        "import numpy as np\nx = np.bool_",
        "import numpy as np\nx = np.float32",
        "class np:\n    bool = 1\n\n\nx = np.bool",
        "import numpy as np\nx = np.random.random",
        "from tensorflow.keras.preprocessing.image import img_to_array",
    ],
)
def test_names_that_are_still_there(tmp_path: Path, text: str) -> None:
    assert _names(tmp_path, text) == []


def test_an_old_numpy_still_has_them(tmp_path: Path) -> None:
    requirements = "django==4.2\nnumpy==1.23.5\n"
    assert _names(tmp_path, "import numpy as np\nx = np.bool", requirements) == []


def test_what_is_not_served_is_left_alone(tmp_path: Path) -> None:
    files = {".python-version": "3.11\n", "requirements.txt": _TF_215}
    found = ask(tmp_path, {**files, "train.py": "from scipy.misc import imread\n"})
    assert brief(found) == []
