import io
import json
import zipfile
from pathlib import Path

import pytest

from tests.doctor.rules.code.asking import Files, names, view

TF = "Django==5.2.8\nwhitenoise==6.9.0\ntensorflow-cpu==2.19.1\n"


def keras(*layers: dict[str, object]) -> bytes:
    """Return a .keras file of those layers."""
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w") as archive:
        archive.writestr("metadata.json", json.dumps({"keras_version": "3.10.0"}))
        archive.writestr("config.json", json.dumps({"config": {"layers": layers}}))
    return data.getvalue()


DENSE = {"module": "keras.layers", "class_name": "Dense", "registered_name": None}
LAMBDA = {"module": "keras.layers", "class_name": "Lambda", "registered_name": None}
OWN = {"module": None, "class_name": "Attention2", "registered_name": "Custom>Attention2"}
LOAD = (
    "from pathlib import Path\nfrom keras.models import load_model\n{}"
    "model = load_model(Path(__file__).parent / 'm.keras'{})\ndef index(request): ...\n"
)


@pytest.mark.parametrize(
    ("layer", "before", "more", "cause"),
    [
        (DENSE, "", "", set()),
        (LAMBDA, "", "", {"lambda-refused-by-safe-mode"}),
        (LAMBDA, "", ", safe_mode=False", set()),
        (OWN, "", "", {"custom-object-missing"}),
        (OWN, "", ", custom_objects={}", set()),
        (OWN, "from .layers import Attention2\n", "", set()),
    ],
)
def test_layers(
    tmp_path: Path, layer: dict[str, object], before: str, more: str, cause: set[str]
) -> None:
    files: Files = {
        **view(LOAD.format(before, more)),
        "shop/m.keras": keras(layer),
        "shop/layers.py": "Attention2 = 1\n",
        "requirements.txt": TF,
    }
    assert names(tmp_path, files) - {"model-loaded-at-import"} == cause


GLOBAL = (
    "from django import http\nlast = None\ndef index(request):\n    global last\n    last = {}\n"
)


@pytest.mark.parametrize(
    ("value", "other", "shared"),
    [
        ("request.POST['a']", "def show(request):\n    return last\n", True),
        ("request.POST['a']", "def show(request):\n    return 1\n", False),
        ("compute()", "def show(request):\n    return last\n", False),
    ],
)
def test_globals(tmp_path: Path, value: str, other: str, shared: bool) -> None:
    found = names(tmp_path, view(GLOBAL.format(value) + other))
    assert found == ({"state-in-process-memory"} if shared else set())


@pytest.mark.parametrize(
    ("line", "unsafe"),
    [
        ("pickle.load(request.FILES['m'])", True),
        ("np.load(request.FILES['m'], allow_pickle=True)", True),
        ("np.load(request.FILES['m'])", False),
        ("json.load(request.FILES['m'])", False),
    ],
)
def test_unpickled(tmp_path: Path, line: str, unsafe: bool) -> None:
    code = f"import json, pickle\nimport numpy as np\ndef index(request):\n    {line}\n"
    found = names(tmp_path, view(code))
    assert ("untrusted-file-unpickled" in found) is unsafe


def test_one_file_as_two_models(tmp_path: Path) -> None:
    head = "import joblib\nfrom pathlib import Path\nHERE = Path(__file__).parent\n"
    twice = "one = joblib.load(HERE / 'm.pkl')\ntwo = joblib.load(HERE / '{}.pkl')\n"
    tail = "def index(request): ...\n"
    files: Files = {"shop/m.pkl": b"x", "shop/n.pkl": b"x"}
    assert names(tmp_path, {**files, **view(head + twice.format("m") + tail)}) == {
        "wrong-model-loaded"
    }
    assert names(tmp_path, {**files, **view(head + twice.format("n") + tail)}) == set()


@pytest.mark.parametrize(
    ("module", "found"),
    [
        ("from tensorflow.lite.python.interpreter", {"tensorflow-only-for-inference"}),
        ("from ai_edge_litert.interpreter", set()),
    ],
)
def test_tensorflow_for_its_interpreter(tmp_path: Path, module: str, found: set[str]) -> None:
    code = (
        f"from pathlib import Path\n{module} import Interpreter\n"
        "i = Interpreter(str(Path(__file__).parent / 'm.tflite'))\ndef index(request): ...\n"
    )
    files: Files = {**view(code), "shop/m.tflite": b"x", "requirements.txt": TF}
    assert names(tmp_path, files) - {"tf-private-api"} == found


def test_collectstatic_is_switched_off(tmp_path: Path) -> None:
    files: Files = {
        "app.json": '{"env": {"DISABLE_COLLECTSTATIC": {"value": "1"}}}',
        "shop/templates/shop/a.html": "{% load static %}",
    }
    assert names(tmp_path, files) == {"collectstatic-disabled"}
    files = {**files, "shop/templates/shop/a.html": "nothing"}
    assert names(tmp_path, files) == set()
