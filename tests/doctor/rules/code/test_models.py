import subprocess
from pathlib import Path

import pytest

from tests.doctor.rules.code.asking import Files, ask, names, view, write
from wherry.causes.cause import Severity

TF: Files = {"requirements.txt": "Django==5.2.8\nwhitenoise==6.9.0\ntensorflow-cpu==2.19.1\n"}
MODEL: Files = {"shop/m.keras": b"PK\x03\x04model"}
HEAD = """\
from pathlib import Path

import tensorflow as tf
from django.http import HttpResponse
from tensorflow.keras.models import load_model

HERE = Path(__file__).parent
PATH = HERE / "m.keras"
"""


def found(root: Path, code: str, **more: str) -> set[str]:
    return names(root, {**TF, **MODEL, **view(HEAD + code, **more)})


@pytest.mark.parametrize(
    "code",
    [
        "def index(request):\n    return HttpResponse(load_model(PATH).predict(1))\n",
        (
            "def load():\n    return tf.keras.models.load_model(str(PATH))\n"
            "def index(request):\n    model = load()\n    return HttpResponse(model.predict(1))\n"
        ),
        (
            "from django.views import View\n"
            "class Predict(View):\n    def post(self, request):\n        model = load_model(PATH)\n"
            "def index(request): ...\n"
        ),
        (
            "from rest_framework.views import APIView\n"
            "class Predict(APIView):\n    def __init__(self, **kw):\n"
            "        self.model = load_model(PATH)\n"
            "def index(request): ...\n"
        ),
        (
            "class Predictor:\n    def __init__(self):\n        self.model = load_model(PATH)\n"
            "def index(request):\n    return HttpResponse(Predictor().model.predict(1))\n"
        ),
        "def index(request):\n    global model\n    model = load_model(PATH)\n",
        "def index(request):\n    if request.method == 'POST':\n        m = load_model(PATH)\n",
    ],
)
def test_loaded_for_each_request(tmp_path: Path, code: str) -> None:
    assert found(tmp_path, code) == {"model-loaded-per-request"}


@pytest.mark.parametrize(
    "code",
    [
        (
            "model = None\ndef get():\n    global model\n    if model is None:\n"
            "        model = load_model(PATH)\n    return model\n"
            "def index(request):\n    return get().predict(1)\n"
        ),
        (
            "from functools import lru_cache\n@lru_cache(maxsize=1)\ndef get():\n"
            "    return load_model(PATH)\ndef index(request):\n    return get().predict(1)\n"
        ),
        (
            "from functools import cache\n@cache\ndef get():\n    return inner()\n"
            "def inner():\n    return load_model(PATH)\ndef index(request):\n    return get()\n"
        ),
        (
            "class Holder:\n    model = None\n    @classmethod\n    def get(cls):\n"
            "        if cls.model is None:\n            cls.model = load_model(PATH)\n"
            "        return cls.model\ndef index(request):\n    return Holder.get()\n"
        ),
        (
            "def index(request):\n    if not hasattr(index, 'model'):\n"
            "        index.model = load_model(PATH)\n    return index.model\n"
        ),
        (
            "_cache = {}\ndef get(name):\n    if name not in _cache:\n"
            "        _cache[name] = load_model(PATH)\n    return _cache[name]\n"
            "def index(request):\n    return get('a')\n"
        ),
        (
            "_model = None\ndef get():\n    global _model\n    if _model is not None:\n"
            "        return _model\n    _model = load_model(PATH)\n    return _model\n"
            "def index(request):\n    return get()\n"
        ),
        (
            "def index(request):\n    global model\n    try:\n        model\n"
            "    except NameError:\n"
            "        model = load_model(PATH)\n    return model\n"
        ),
        (
            "from django.utils.functional import SimpleLazyObject\n"
            "def load():\n    return load_model(PATH)\nmodel = SimpleLazyObject(load)\n"
            "def index(request):\n    return model.predict(1)\n"
        ),
    ],
)
def test_loaded_once(tmp_path: Path, code: str) -> None:
    assert found(tmp_path, code) <= {"first-request-loads-model"}


@pytest.mark.parametrize(
    "code",
    [
        "model = load_model(PATH)\ndef index(request):\n    return model.predict(1)\n",
        (
            "class Predictor:\n    def __init__(self):\n        self.model = load_model(PATH)\n"
            "predictor = Predictor()\ndef index(request):\n    return predictor.model\n"
        ),
        "class Holder:\n    model = load_model(PATH)\ndef index(request):\n    Holder.model\n",
        "def load():\n    return load_model(PATH)\nmodel = load()\ndef index(request): ...\n",
    ],
)
def test_loaded_at_import(tmp_path: Path, code: str) -> None:
    assert found(tmp_path, code) == {"model-loaded-at-import"}


def test_loaded_in_ready(tmp_path: Path) -> None:
    apps = f"{HEAD}from django.apps import AppConfig\nclass ShopConfig(AppConfig):\n"
    apps += "    name = 'shop'\n    def ready(self):\n        ShopConfig.model = load_model(PATH)\n"
    assert found(tmp_path, "def index(request): ...\n", shop__apps=apps) == {
        "model-loaded-in-appconfig"
    }


@pytest.mark.parametrize(
    "files",
    [
        {"train.py": f"{HEAD}model = load_model('gone.h5')\nmodel.fit(1)\nmodel.save('m.h5')\n"},
        {
            "shop/management/commands/x.py": f"{HEAD}class Command:\n    def handle(self):\n"
            "        load_model('gone.h5')\n"
        },
        {"shop/tests.py": f"{HEAD}model = load_model('gone.h5')\n"},
        {
            "shop/tasks.py": "from celery import shared_task\n"
            f"{HEAD}@shared_task\n"
            "def f():\n    load_model(PATH)\n",
            **MODEL,
        },
        {
            "shop/views.py": "from .ml import index\n",
            "shop/ml.py": "def index(request): ...\n"
            "if __name__ == '__main__':\n    from tensorflow.keras.models import load_model\n"
            "    load_model('gone.h5')\n",
        },
    ],
)
def test_what_the_site_never_runs(tmp_path: Path, files: Files) -> None:
    assert names(tmp_path, {**TF, **files}) == set()


@pytest.mark.parametrize(
    ("expression", "cause"),
    [
        ('load_model("shop/m.keras")', {"model-path-cwd-relative"}),
        ('load_model("./shop/m.keras")', {"model-path-cwd-relative"}),
        (r'load_model(r"C:\Users\me\m.h5")', {"model-path-absolute"}),
        ('load_model("/content/drive/MyDrive/m.h5")', {"model-path-absolute"}),
        ('load_model("/home/me/shop/m.h5")', {"model-path-absolute"}),
        ('load_model(HERE / "gone.h5")', {"model-missing-from-git"}),
        ('load_model(HERE / "M.keras")', {"model-path-missing"}),
        ('load_model(HERE.parent / "m.keras")', {"model-path-missing"}),
        ('load_model(str(HERE.parent) + "/shop\\\\m.keras")', {"model-path-missing"}),
        ('load_model("m.keras")', {"model-path-cwd-relative", "model-path-missing"}),
    ],
)
def test_paths(tmp_path: Path, expression: str, cause: set[str]) -> None:
    code = f"model = {expression}\ndef index(request): ...\n"
    assert found(tmp_path, code) - {"model-loaded-at-import"} == cause


@pytest.mark.parametrize(
    "expression",
    [
        "load_model(PATH)",
        'load_model(str(HERE / "m.keras"))',
        'load_model(f"{HERE}/m.keras")',
        'load_model(os.path.join(os.path.dirname(os.path.abspath(__file__)), "m.keras"))',
        'load_model(settings.BASE_DIR / "shop" / "m.keras")',
        'load_model(os.path.join(settings.BASE_DIR, "shop/m.keras"))',
        'load_model(settings.MODELS["x"])',
        'load_model(os.environ["MODEL"])',
        'load_model("/app/shop/m.keras")',
    ],
)
def test_paths_that_lead_there(tmp_path: Path, expression: str) -> None:
    code = f"import os\nfrom django.conf import settings\nmodel = {expression}\n"
    assert found(tmp_path, f"{code}def index(request): ...\n") == {"model-loaded-at-import"}


def test_a_path_that_is_handed_over(tmp_path: Path) -> None:
    code = "def load(path):\n    return load_model(path)\nmodel = load(HERE / 'gone.h5')\n"
    assert "model-missing-from-git" in found(tmp_path, f"{code}def index(request): ...\n")


def git(root: Path, *arguments: str) -> None:
    quiet = ("-c", "user.name=a", "-c", "user.email=a@example.com", "-c", "core.excludesFile=")
    subprocess.run(("git", *quiet, *arguments), cwd=root, check=True, capture_output=True)


def committed(root: Path, files: Files, *paths: str) -> set[str]:
    write(root, files)
    git(root, "init", "--quiet")
    git(root, "add", "--force", "--", *paths)
    return names(root, files) - {"model-loaded-at-import"}


LOADS = view(f"{HEAD}model = load_model(PATH)\ndef index(request): ...\n")


def test_a_model_that_git_ignores(tmp_path: Path) -> None:
    files: Files = {**TF, **MODEL, **LOADS, ".gitignore": "*.keras\n"}
    paths = [path for path in files if not path.endswith(".keras")]
    assert committed(tmp_path, files, "mysite", "manage.py", "shop/__init__.py", *paths) == {
        "model-missing-from-git"
    }


def test_a_model_that_git_has(tmp_path: Path) -> None:
    files: Files = {**TF, **MODEL, **LOADS, ".gitignore": "*.keras\n"}
    assert committed(tmp_path, files, ".", "shop/m.keras") == set()


def test_a_pointer(tmp_path: Path) -> None:
    pointer = (
        "version https://git-lfs.github.com/spec/v1\n"
        "oid sha256:4d7a214614ab2935c943f9e0ff69d22eadbb8f32b1258daaa5e2ca24d17e2393\n"
        "size 48210330\n"
    )
    files: Files = {**TF, **LOADS, "shop/m.keras": pointer}
    findings = {item.cause.name: item for item in ask(tmp_path, files)}
    assert findings["git-lfs-pointer"].severity is Severity.ERROR


def test_a_model_that_is_fetched(tmp_path: Path) -> None:
    code = "import gdown\ndef fetch():\n    gdown.download('x', str(PATH))\n"
    code += "model = load_model(PATH)\ndef index(request): ...\n"
    assert "model-missing-from-git" not in names(tmp_path, {**TF, **view(HEAD + code)})


def test_a_model_that_an_ignore_file_holds_back(tmp_path: Path) -> None:
    files: Files = {**TF, **MODEL, **LOADS, ".slugignore": "*.keras\n"}
    assert names(tmp_path, files) == {"model-excluded-from-slug", "model-loaded-at-import"}


def test_an_ignore_file_that_leaves_it(tmp_path: Path) -> None:
    files: Files = {**TF, **MODEL, **LOADS, ".slugignore": "/notebooks\n*.h5\n"}
    assert names(tmp_path, files) == {"model-loaded-at-import"}


def test_an_ignore_file_that_holds_back_what_a_task_loads(tmp_path: Path) -> None:
    tasks = (
        f"{HEAD}from celery import shared_task\n"
        "@shared_task\ndef score():\n    return load_model(PATH)\n"
    )
    files: Files = {**TF, **MODEL, "shop/tasks.py": tasks, ".slugignore": "*.keras\n"}
    found = names(tmp_path, {**files, "shop/views.py": "from .tasks import score\n"})
    assert "model-excluded-from-slug" in found


def test_preloaded(tmp_path: Path) -> None:
    files: Files = {**TF, **MODEL, **LOADS, "Procfile": "web: gunicorn --preload mysite.wsgi\n"}
    assert "fork-after-model-load" in names(tmp_path, files)


def test_loaded_by_the_worker(tmp_path: Path) -> None:
    files: Files = {
        **TF,
        **MODEL,
        **view(
            f"{HEAD}model = None\ndef get():\n    global model\n    if model is None:\n"
            "        model = load_model(PATH)\n    return model\n"
            "def index(request):\n    return get()\n"
        ),
        "gunicorn.conf.py": "def post_worker_init(worker):\n"
        "    from shop.views import get\n\n    get()\n",
    }
    assert names(tmp_path, files) == set()


@pytest.mark.parametrize(
    ("lock", "threads", "shared"), [("", 4, True), ("lock = Lock()\n", 4, False), ("", 1, False)]
)
def test_an_interpreter_for_several_threads(
    tmp_path: Path, lock: str, threads: int, shared: bool
) -> None:
    code = (
        "from pathlib import Path\nfrom threading import Lock\n"
        "from ai_edge_litert.interpreter import Interpreter\n"
        f"{lock}interpreter = Interpreter(model_path=str(Path(__file__).parent / 'm.tflite'))\n"
        "def index(request):\n    interpreter.invoke()\n"
    )
    files: Files = {
        **view(code),
        "shop/m.tflite": b"model",
        "Procfile": f"web: gunicorn --threads {threads} mysite.wsgi\n",
    }
    assert ("interpreter-shared-by-threads" in names(tmp_path, files)) is shared


def test_a_failed_load_that_is_swallowed(tmp_path: Path) -> None:
    code = "try:\n    model = load_model(PATH)\nexcept Exception:\n    model = None\n"
    assert "model-load-error-swallowed" in found(tmp_path, f"{code}def index(request): ...\n")


def test_a_failed_load_that_is_told(tmp_path: Path) -> None:
    code = "try:\n    model = load_model(PATH)\nexcept OSError as error:\n    raise SystemExit(1)\n"
    assert "model-load-error-swallowed" not in found(tmp_path, f"{code}def index(request): ...\n")


@pytest.mark.parametrize(
    ("tensorflow", "cause"),
    [
        ("2.19.1", {"keras3-savedmodel-format"}),
        ("2.15.1", set()),
        ("2.16.1", {"keras3-savedmodel-format"}),
    ],
)
def test_a_folder_for_keras(tmp_path: Path, tensorflow: str, cause: set[str]) -> None:
    files: Files = {
        **view(f"{HEAD}model = load_model(HERE / 'saved')\ndef index(request): ...\n"),
        "shop/saved/saved_model.pb": b"x",
        "requirements.txt": f"Django==5.2.8\ntensorflow-cpu=={tensorflow}\n",
    }
    assert names(tmp_path, files) - {"model-loaded-at-import"} == cause


def test_a_folder_for_tensorflow(tmp_path: Path) -> None:
    files: Files = {
        **TF,
        **view(
            f"{HEAD}model = tf.saved_model.load(str(HERE / 'saved'))\ndef index(request): ...\n"
        ),
        "shop/saved/saved_model.pb": b"x",
    }
    assert names(tmp_path, files) == {"model-loaded-at-import"}


def test_predict_of_a_folder(tmp_path: Path) -> None:
    files: Files = {
        **TF,
        **view(
            f"{HEAD}model = tf.saved_model.load(str(HERE / 'saved'))\n"
            "def index(request):\n    return model.predict(1)\n"
        ),
        "shop/saved/saved_model.pb": b"x",
    }
    assert "savedmodel-no-predict" in names(tmp_path, files)


H5_OF_KERAS_2 = (
    b"\x89HDF\r\n\x1a\n model_config layer_names "
    b'{"config": {"batch_input_shape": [null, 3]}, "class_name": "DepthwiseConv2D", "groups": 1}'
)
H5_OF_KERAS_3 = (
    b"\x89HDF\r\n\x1a\n model_config layer_names "
    b'{"registered_name": null, "config": {"batch_shape": [null, 3]}}'
)


@pytest.mark.parametrize(
    ("data", "tensorflow", "cause"),
    [
        (H5_OF_KERAS_2, "tensorflow-cpu==2.19.1", {"legacy-h5-in-keras3"}),
        (H5_OF_KERAS_3, "tensorflow-cpu==2.15.1", {"keras-version-mismatch"}),
        (H5_OF_KERAS_2, "tensorflow-cpu==2.15.1", set()),
        (H5_OF_KERAS_3, "tensorflow-cpu==2.19.1", set()),
        (b"\x89HDF\r\n\x1a\n layer_names weights", "tensorflow-cpu==2.19.1", {"weights-only-file"}),
        (b"<!DOCTYPE html><html>", "tensorflow-cpu==2.19.1", {"model-file-corrupt"}),
    ],
)
def test_what_is_in_the_file(tmp_path: Path, data: bytes, tensorflow: str, cause: set[str]) -> None:
    files: Files = {
        **view(f"{HEAD}model = load_model(HERE / 'm.h5')\ndef index(request): ...\n"),
        "shop/m.h5": data,
        "requirements.txt": f"Django==5.2.8\n{tensorflow}\n",
    }
    assert names(tmp_path, files) - {"model-loaded-at-import"} == cause


PICKLED = (
    "import pickle\nfrom pathlib import Path\n"
    "with open(Path(__file__).parent / 'm.pkl', 'rb') as file:\n    model = pickle.load(file)\n"
    "def index(request): ...\n"
)


@pytest.mark.parametrize(
    ("data", "cause"),
    [
        (
            b"\x80\x04 sklearn.tree _sklearn_version\x94\x8c\x060.24.2\x94",
            {"pickle-version-mismatch"},
        ),
        (b"\x80\x04 sklearn.svm _sklearn_version\x94\x8c\x051.5.1\x94", set()),
        (b"\x80\x04\x95\x8c\x08__main__\x94\x8c\x05clean\x94\x93", {"pickle-refers-to-main"}),
    ],
)
def test_pickles(tmp_path: Path, data: bytes, cause: set[str]) -> None:
    files: Files = {
        **view(PICKLED),
        "shop/m.pkl": data,
        "requirements.txt": "Django==5.2.8\nscikit-learn==1.5.2\n",
    }
    assert names(tmp_path, files) == cause


@pytest.mark.parametrize(
    ("requirement", "data", "told"),
    [
        ("scikit-learn", b"\x80\x04 sklearn.svm\x94", True),
        ("scikit-learn>=1.5,<1.6", b"\x80\x04 sklearn.svm\x94", False),
        ("scikit-learn==1.5.2", b"\x80\x04 sklearn.svm\x94", False),
        ("scikit-learn", b"\x80\x04 words.of.its.own\x94", False),
    ],
)
def test_a_pickle_that_each_build_reads_with_another_version(
    tmp_path: Path, requirement: str, data: bytes, told: bool
) -> None:
    files: Files = {
        **view(PICKLED),
        "shop/m.pkl": data,
        "requirements.txt": f"Django==5.2.8\n{requirement}\n",
    }
    assert ("pickle-version-mismatch" in names(tmp_path, files)) is told


@pytest.mark.parametrize(
    ("hook", "missing"),
    [("curl -o shop/m.keras https://example.org/m.keras\n", False), ("echo built\n", True)],
)
def test_a_model_that_the_build_fetches_and_the_laptop_has_too(
    tmp_path: Path, hook: str, missing: bool
) -> None:
    files: Files = {**TF, **MODEL, **LOADS, ".gitignore": "*.keras\n", "bin/post_compile": hook}
    assert ("model-missing-from-git" in names(tmp_path, files)) is missing


VIEW_CLASS = """\
import joblib
import pickle
import xgboost as xgb
from functools import cached_property
from pathlib import Path
from rest_framework.views import APIView
from shop.base import Base

HERE = Path(__file__).parent
"""
BASE = "from rest_framework.views import APIView\nclass Base(APIView):\n    pass\n"


def of_view_class(root: Path, code: str) -> set[str]:
    urls = (
        "from django.urls import path\nfrom shop.views import Index\n"
        "urlpatterns = [path('', Index.as_view())]\n"
    )
    files = view(VIEW_CLASS + code, mysite__urls=urls, shop__base=BASE)
    return names(root, {**files, "shop/m.pkl": b"\x80\x04", "shop/m.ubj": b"{L"})


@pytest.mark.parametrize(
    "code",
    [
        (
            "class Index(APIView):\n    def __init__(self, **kw):\n"
            "        self.b = xgb.Booster()\n        self.b.load_model(HERE / 'm.ubj')\n"
        ),
        (
            "class Index(APIView):\n    def post(self, request):\n"
            "        return xgb.Booster(model_file=str(HERE / 'm.ubj'))\n"
        ),
        (
            "class Index(APIView):\n    @cached_property\n    def model(self):\n"
            "        return joblib.load(HERE / 'm.pkl')\n"
            "    def post(self, request):\n        return self.model\n"
        ),
        # What is kept in self goes with the view, which is made for each request.
        (
            "class Index(APIView):\n    model = None\n    def post(self, request):\n"
            "        if self.model is None:\n"
            "            self.model = joblib.load(HERE / 'm.pkl')\n"
        ),
        (
            "class Mixin:\n    def dispatch(self, request):\n"
            "        self.model = joblib.load(HERE / 'm.pkl')\n"
            "class Index(Mixin, APIView):\n    pass\n"
        ),
        (
            "class Index(Base):\n    def __init__(self, **kw):\n"
            "        self.model = pickle.loads((HERE / 'm.pkl').read_bytes())\n"
        ),
    ],
)
def test_loaded_by_each_view_object(tmp_path: Path, code: str) -> None:
    assert "model-loaded-per-request" in of_view_class(tmp_path, code)


@pytest.mark.parametrize(
    "code",
    [
        (
            "class Index(APIView):\n    model = joblib.load(HERE / 'm.pkl')\n"
            "    def post(self, request):\n        return self.model\n"
        ),
        (
            "class Index(APIView):\n    model = None\n    def post(self, request):\n"
            "        if Index.model is None:\n"
            "            Index.model = joblib.load(HERE / 'm.pkl')\n"
        ),
        (
            "class Index(APIView):\n    model = None\n    def post(self, request):\n"
            "        if self.__class__.model is None:\n"
            "            self.__class__.model = joblib.load(HERE / 'm.pkl')\n"
        ),
        (
            "class Holder:\n    @cached_property\n    def model(self):\n"
            "        return joblib.load(HERE / 'm.pkl')\nholder = Holder()\n"
            "class Index(APIView):\n    def post(self, request):\n        return holder.model\n"
        ),
        (
            "class Shop:\n    def load_model(self, name):\n        return name\nshop = Shop()\n"
            "class Index(APIView):\n    def post(self, request):\n"
            "        return shop.load_model('a')\n"
        ),
        (
            "from django.core.cache import cache\n"
            "class Index(APIView):\n    def post(self, request):\n"
            "        return pickle.loads(cache.get('a'))\n"
        ),
        (
            "from django.core.cache import cache\ndef get():\n    model = cache.get('m')\n"
            "    if model is None:\n        model = joblib.load(HERE / 'm.pkl')\n"
            "        cache.set('m', model)\n    return model\n"
            "class Index(APIView):\n    def post(self, request):\n        return get()\n"
        ),
        (
            "_model = None\ndef get():\n    global _model\n"
            "    _model = _model or joblib.load(HERE / 'm.pkl')\n    return _model\n"
            "class Index(APIView):\n    def post(self, request):\n        return get()\n"
        ),
        (
            "booster = xgb.Booster()\nbooster.load_model(HERE / 'm.ubj')\n"
            "class Index(APIView):\n    def post(self, request):\n        return booster\n"
        ),
    ],
)
def test_loaded_once_for_all_view_objects(tmp_path: Path, code: str) -> None:
    assert "model-loaded-per-request" not in of_view_class(tmp_path, code)


@pytest.mark.parametrize(
    "load",
    [
        "import spacy\ndef index(request):\n    spacy.load('en_core_web_sm')\n",
        "import whisper\ndef index(request):\n    whisper.load_model('base')\n",
        "import easyocr\ndef index(request):\n    easyocr.Reader(['en'])\n",
    ],
)
def test_other_libraries_that_load(tmp_path: Path, load: str) -> None:
    assert "model-loaded-per-request" in names(tmp_path, view(load))
