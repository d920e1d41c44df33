import subprocess
from pathlib import Path

import pytest

from tests.doctor.rules.code.asking import HEALTHY, Files, ask, names, settings, view, write

TF = "Django==5.2.8\nwhitenoise==6.9.0\ntensorflow-cpu=={}\n"


@pytest.mark.parametrize(
    ("line", "cause"),
    [
        ("tf.get_default_graph()", {"tf1-api-removed"}),
        ("tf.Session()", {"tf1-api-removed"}),
        ("tf.ConfigProto(allow_soft_placement=True)", {"tf1-api-removed"}),
        ("tf.contrib.layers.flatten(1)", {"tf1-api-removed"}),
        ("tf.logging.set_verbosity(tf.logging.ERROR)", {"tf1-api-removed"}),
        ("tf.compat.v1.Session()", set()),
        ("tf.math.log(1.0)", set()),
        ("tf.keras.layers.Dense(1)", set()),
        ("tf.function(print)", set()),
    ],
)
def test_tensorflow_1(tmp_path: Path, line: str, cause: set[str]) -> None:
    code = f"import tensorflow as tf\nx = {line}\ndef index(request): ...\n"
    assert names(tmp_path, {**view(code), "requirements.txt": TF.format("2.19.1")}) == cause


def test_tensorflow_1_under_its_new_name(tmp_path: Path) -> None:
    code = "import tensorflow.compat.v1 as tf\nx = tf.Session()\ndef index(request): ...\n"
    assert names(tmp_path, {**view(code), "requirements.txt": TF.format("2.19.1")}) == set()


@pytest.mark.parametrize(("version", "severity"), [("2.19.1", "error"), ("2.10.1", "warning")])
def test_tensorflows_insides(tmp_path: Path, version: str, severity: str) -> None:
    code = "from tensorflow.python.keras.models import load_model\ndef index(request): ...\n"
    [finding] = ask(tmp_path, {**view(code), "requirements.txt": TF.format(version)})
    assert (finding.cause.name, finding.severity.value) == ("tf-private-api", severity)


@pytest.mark.parametrize(
    ("line", "requirement", "moved"),
    [
        ("from keras.preprocessing.image import img_to_array", "tensorflow==2.10.1", True),
        ("from keras.preprocessing.image import img_to_array", "tensorflow==2.15.1", False),
        ("from keras.preprocessing.image import img_to_array", "tensorflow==2.19.1", False),
        ("from keras.preprocessing.image import ImageDataGenerator", "tensorflow==2.19.1", True),
        ("from tensorflow.keras.preprocessing.text import Tokenizer", "tensorflow==2.19.1", False),
        ("from tensorflow.keras.utils import np_utils", "tensorflow==2.19.1", True),
        ("from tensorflow.keras.utils import np_utils", "tensorflow==2.19.1\ntf-keras", False),
        ("from tensorflow.keras.utils import to_categorical", "tensorflow==2.19.1", False),
        ("from tensorflow.keras.layers.core import Dense", "tensorflow-cpu==2.18.1", True),
        ("from tensorflow.keras.layers import LSTM", "tensorflow-cpu==2.18.1", False),
        ("from keras.preprocessing.text import Tokenizer", "keras", True),
        ("from keras.preprocessing.text import Tokenizer", "keras==2.15.0", False),
        ("from keras.layers.core import Dense", "tensorflow==2.13.1", True),
        ("from keras.layers.core import Dense", "tensorflow==2.12.1", False),
        ("from keras.optimizers import Adam", "keras==2.8.0\ntensorflow==2.8.0", True),
        ("from keras.optimizers import Adam", "tensorflow==2.19.1", False),
        ("from keras.models import load_model", "tensorflow==2.19.1", False),
    ],
)
def test_keras(tmp_path: Path, line: str, requirement: str, moved: bool) -> None:
    files: Files = {
        **view(f"{line}\ndef index(request): ...\n"),
        "requirements.txt": f"Django==5.2.8\n{requirement}\n",
    }
    assert names(tmp_path, files) == ({"moved-keras-import"} if moved else set())


@pytest.mark.parametrize(
    ("line", "django", "gone"),
    [
        ("from django.conf.urls import url", "Django==4.2.16", True),
        ("from django.conf.urls import url", "django", True),
        ("from django.conf.urls import url", "Django==3.2.25", False),
        ("from django.conf.urls import url", "Django<4", False),
        ("from django.conf.urls import include", "Django==5.2.8", False),
        ("from django.utils.translation import ugettext_lazy as _", "Django>=4.2", True),
        ("from django.utils.encoding import force_text", "Django==5.2.8", True),
        ("from django.core.urlresolvers import reverse", "Django==5.2.8", True),
        (
            "try:\n    from django.conf.urls import url\nexcept ImportError:\n    url = None",
            "Django==5.2.8",
            False,
        ),
    ],
)
def test_django(tmp_path: Path, line: str, django: str, gone: bool) -> None:
    files: Files = {
        **view(f"{line}\ndef index(request): ...\n"),
        "requirements.txt": f"{django}\nwhitenoise==6.9.0\n",
    }
    assert ("removed-django-api" in names(tmp_path, files)) is gone


def test_is_ajax(tmp_path: Path) -> None:
    code = "def index(request):\n    return request.is_ajax()\n"
    assert names(tmp_path, view(f"from django import http\n{code}")) == {"removed-django-api"}


@pytest.mark.parametrize(
    ("line", "python", "gone"),
    [
        ("import cgi", (3, 13), True),
        ("import cgi", (3, 12), False),
        ("import distutils.util", (3, 13), True),
        ("import distutils.util", (3, 12), False),
        ("from collections import Mapping", (3, 11), True),
        ("from collections import OrderedDict", (3, 13), False),
        ("from collections.abc import Mapping", (3, 13), False),
        ("import imghdr", (3, 14), True),
    ],
)
def test_the_standard_library(
    tmp_path: Path, line: str, python: tuple[int, int], gone: bool
) -> None:
    files = view(f"{line}\ndef index(request): ...\n")
    assert names(tmp_path, files, python=python) == ({"removed-stdlib-module"} if gone else set())


def test_a_script_may_import_what_it_likes(tmp_path: Path) -> None:
    assert names(tmp_path, {"scripts/old.py": "import cgi\nprint(cgi)\n"}) == set()


def test_whitenoise_in_wsgi(tmp_path: Path) -> None:
    wsgi = (
        'import os\nos.environ.setdefault("DJANGO_SETTINGS_MODULE", "mysite.settings")\n'
        "from whitenoise.django import DjangoWhiteNoise\n"
    )
    assert names(tmp_path, {"mysite/wsgi.py": wsgi}) == {"whitenoise-old-import"}


ANSWER = "from django.http import HttpResponse, JsonResponse\n"


@pytest.mark.parametrize(
    "body",
    [
        'return JsonResponse({"error": str(error)})',
        'return HttpResponse("Something went wrong")',
        'return HttpResponse(f"Error: {error}")',
    ],
)
def test_an_error_as_success(tmp_path: Path, body: str) -> None:
    code = f"{ANSWER}def index(request):\n    try:\n        pass\n"
    code += f"    except Exception as error:\n        {body}\n"
    assert names(tmp_path, view(code)) == {"error-returned-as-200"}


@pytest.mark.parametrize(
    "body",
    [
        'except Exception as error:\n        return JsonResponse({"error": "x"}, status=500)',
        'except ValueError:\n        return HttpResponse("Not a number: an error")',
        "except Exception:\n        raise",
        'except Exception:\n        return HttpResponse("Hello")',
    ],
)
def test_an_error_that_is_told(tmp_path: Path, body: str) -> None:
    code = f"{ANSWER}def index(request):\n    try:\n        pass\n    {body}\n"
    assert names(tmp_path, view(code)) == set()


def test_a_bare_except(tmp_path: Path) -> None:
    code = "def index(request):\n    try:\n        pass\n    except:\n        pass\n"
    assert names(tmp_path, view(code)) == {"bare-except"}


def test_an_except_that_goes_on_with_it(tmp_path: Path) -> None:
    code = "def index(request):\n    try:\n        pass\n    except:\n        raise\n"
    assert names(tmp_path, view(code)) == set()


@pytest.mark.parametrize(
    ("code", "cause"),
    [
        (
            "from sklearn.svm import SVC\ndef index(request):\n    SVC().fit([[1]], [1])\n",
            {"training-in-request"},
        ),
        (
            (
                "from sklearn.preprocessing import StandardScaler\nscaler = StandardScaler()\n"
                "def index(request):\n    scaler.fit([[1]])\n"
            ),
            set(),
        ),
        (
            (
                "import sklearn\nfrom PIL import ImageOps\ndef index(request):\n"
                "    ImageOps.fit(1, (2, 2))\n"
            ),
            set(),
        ),
        ("import cv2\ndef index(request):\n    cv2.VideoCapture(0)\n", {"webcam-on-server"}),
        ("import cv2\ndef index(request):\n    cv2.VideoCapture('film.mp4')\n", set()),
        (
            "import cv2\nif __name__ == '__main__':\n    cv2.imshow('a')\ndef index(request): 1\n",
            set(),
        ),
        (
            "import gdown\ndef index(request):\n    gdown.download('u', 'm.h5')\n",
            {"model-downloaded-at-request"},
        ),
        (
            "import requests\ndef index(request):\n    requests.get('https://example.com')\n",
            {"outbound-call-without-timeout"},
        ),
        (
            "import requests\ndef index(request):\n    requests.get('https://a.io', timeout=9)\n",
            set(),
        ),
        (
            "import requests\nS = requests.Session()\ndef index(request):\n    S.get('https://a.io')\n",
            {"outbound-call-without-timeout"},
        ),
        (
            (
                "import requests\ndef index(request):\n    with requests.Session() as s:\n"
                "        s.post('https://a.io')\n"
            ),
            {"outbound-call-without-timeout"},
        ),
        (
            (
                "import requests\nS = requests.Session()\ndef index(request):\n"
                "    S.get('https://a.io', timeout=9)\n    request.session.get('a')\n"
            ),
            set(),
        ),
        (
            (
                "import requests\nS = requests.Session()\nS.mount('https://', Patient())\n"
                "def index(request):\n    S.get('https://a.io')\n"
            ),
            set(),
        ),
        (
            "import nltk\ndef index(request):\n    nltk.word_tokenize('a b')\n",
            {"nltk-data-missing"},
        ),
        ("import nltk\ndef index(request):\n    nltk.edit_distance('a', 'b')\n", set()),
    ],
)
def test_work_in_requests(tmp_path: Path, code: str, cause: set[str]) -> None:
    assert names(tmp_path, view(code)) == cause


def test_nltk_data_that_the_buildpack_fetches(tmp_path: Path) -> None:
    code = "import nltk\ndef index(request):\n    nltk.word_tokenize('a b')\n"
    assert names(tmp_path, {**view(code), "nltk.txt": "punkt\n"}) == set()


@pytest.mark.parametrize(
    ("line", "downloads"),
    [
        ("MobileNetV2()", True),
        ('MobileNetV2(weights="imagenet")', True),
        ("MobileNetV2(weights=None)", False),
        ('MobileNetV2(weights=str(HERE / "w.h5"))', False),
    ],
)
def test_pretrained_weights(tmp_path: Path, line: str, downloads: bool) -> None:
    code = (
        "from pathlib import Path\nfrom tensorflow.keras.applications.mobilenet_v2 import "
        f"MobileNetV2\nHERE = Path(__file__).parent\nmodel = {line}\ndef index(request): ...\n"
    )
    files: Files = {**view(code), "requirements.txt": TF.format("2.19.1"), "shop/w.h5": b"x"}
    assert ("pretrained-weights-downloaded" in names(tmp_path, files)) is downloads


@pytest.mark.parametrize(
    ("value", "fails"),
    [
        ("model.predict(1)[0]", True),
        ("np.argmax(model.predict(1))", True),
        ("int(np.argmax(model.predict(1)))", False),
        ("model.predict(1).tolist()", False),
        ("str(model.predict(1))", False),
        ("round(model.predict(1)[0][0], 2)", True),
        ("round(model.predict(1)[0][0])", False),
        ("max(model.predict(1)[0])", True),
        ("np.max(model.predict(1))", True),
        ("model.predict(1).max()", True),
        ("float(model.predict(1).max())", False),
        ("model.predict(1)[0] * 100", True),
        ("model(1).numpy()[0]", True),
        ("np.float32(1)", True),
        # A float64 is a float of Python's.
        ("np.float64(1)", False),
        ("np.mean([1.0, 2.0])", False),
        ("model.predict(1)[0].astype(float)", False),
        ("[p for p in model.predict(1)[0]]", True),
        ("[{'name': n, 'p': p} for n, p in zip(('a', 'b'), model.predict(1)[0])]", True),
        ("[{'name': n, 'p': float(p)} for n, p in zip(('a', 'b'), model.predict(1)[0])]", False),
        ("[n for n, p in zip(('a', 'b'), model.predict(1)[0])]", False),
        ("{'p': vector(1)[0] / np.linalg.norm(vector(1))}", True),
        ("{'p': float(vector(1)[0] / np.linalg.norm(vector(1)))}", False),
        ("{'p': lengths(1)}", False),
    ],
)
def test_numpy_in_json(tmp_path: Path, value: str, fails: bool) -> None:
    code = (
        "import numpy as np\nimport tensorflow as tf\nfrom django.http import JsonResponse\n"
        "def vector(x):\n    return np.asarray(x, dtype=np.float32)[None] / 255\n"
        "def lengths(x):\n    return np.linalg.norm(np.asarray(x, dtype=float))\n"
        f"def index(request):\n    answer = {value}\n    return JsonResponse({{'a': answer}})\n"
    )
    requirements = f"{TF.format('2.19.1')}numpy==2.1.3\n"
    files: Files = {**view(code), "requirements.txt": requirements}
    assert names(tmp_path, files) == ({"numpy-not-json"} if fails else set())


_ONNX = 'import onnxruntime\nrun = onnxruntime.InferenceSession(str(HERE / "m.onnx"))\n'
_PICKLED = 'import joblib\nmodel = joblib.load(HERE / "m.pkl")\n'
_PROBA = "model.predict_proba([[1]])"


@pytest.mark.parametrize(
    ("before", "value", "fails"),
    [
        (_ONNX, "run.run(None, {'x': 1})[0]", True),
        (_ONNX, "run.run(None, {'x': 1})[0][0].argmax()", True),
        (_ONNX, "run.run(None, {'x': 1})[0][0][1]", True),
        # A classifier's answer may be a text, and its chances a list of dictionaries.
        (_ONNX, "run.run(None, {'x': 1})[0][0]", False),
        (_ONNX, "run.run(None, {'x': 1})[1][0]", False),
        (_ONNX, "run.run(None, {'x': 1})[0].tolist()", False),
        (_PICKLED, "model.predict([[1]])", True),
        (_PICKLED, "model.predict([[1]])[0]", False),
        (_PICKLED, f"{_PROBA}[0]", True),
        (_PICKLED, f"{_PROBA}[0].argmax()", True),
        (_PICKLED, f"{_PROBA}[0][1]", False),
        (_PICKLED, f"{_PROBA}[0, 1]", False),
        (_PICKLED, f"round({_PROBA}[0][1] * 100, 2)", False),
        (_PICKLED, f"max({_PROBA}[0])", False),
        ("import torch\n", "torch.softmax(net(1), dim=1)[0]", True),
        ("import torch\n", "torch.softmax(net(1), dim=1).max().item()", False),
        ("import numpy as np\n", "np.array([1.5, 2.5])[0]", False),
        ("import subprocess\n", "subprocess.run(['ls'], check=True).stdout", False),
    ],
)
def test_what_libraries_answer_in_json(
    tmp_path: Path, before: str, value: str, fails: bool
) -> None:
    code = (
        "from pathlib import Path\nfrom django.http import JsonResponse\n"
        f"HERE = Path(__file__).parent\n{before}"
        f"def index(request):\n    answer = {value}\n    return JsonResponse({{'a': answer}})\n"
    )
    files: Files = {**view(code), "shop/m.onnx": b"x", "shop/m.pkl": b"x"}
    assert ("numpy-not-json" in names(tmp_path, files)) is fails


@pytest.mark.parametrize(
    ("view_body", "label", "fails"),
    [
        ("return JsonResponse(classify(1))", "p.argmax()", True),
        ("return JsonResponse(classify(1))", "int(p.argmax())", False),
        ("return JsonResponse(classify(1))", "NAMES[p.argmax()]", False),
        ("result = classify(1)\n    return JsonResponse({'r': result})", "p.argmax()", True),
        (
            "out = []\n    out.append(classify(1))\n    return JsonResponse(out, safe=False)",
            "p.argmax()",
            True,
        ),
        ("d = {}\n    d['r'] = classify(1)\n    return JsonResponse(d)", "p.argmax()", True),
        ("d = {}\n    d['r'] = classify(1)\n    return JsonResponse(d)", "str(p)", False),
    ],
)
def test_numpy_from_a_services_module(
    tmp_path: Path, view_body: str, label: str, fails: bool
) -> None:
    code = (
        "from django.http import JsonResponse\nfrom shop.services import classify\n"
        f"def index(request):\n    {view_body}\n"
    )
    services = (
        "import joblib\nfrom pathlib import Path\n"
        "model = joblib.load(Path(__file__).parent / 'm.pkl')\nNAMES = ['a', 'b']\n"
        "def classify(x):\n    p = model.predict_proba([[x]])[0]\n"
        f"    return {{'label': {label}, 'score': float(p.max())}}\n"
    )
    files: Files = {**view(code, shop__services=services), "shop/m.pkl": b"x"}
    assert ("numpy-not-json" in names(tmp_path, files)) is fails


def test_rest_framework_writes_numpys_numbers(tmp_path: Path) -> None:
    code = (
        "import numpy as np\nfrom rest_framework.response import Response\n"
        "from rest_framework.views import APIView\nclass Index(APIView):\n"
        "    def post(self, request):\n        return Response({'a': np.argmax([1, 2])})\n"
        "index = Index.as_view()\n"
    )
    assert "numpy-not-json" not in names(tmp_path, view(code))


@pytest.mark.parametrize(("numpy", "fails"), [("2.2.6", True), ("1.26.4", False)])
def test_numpy_2_keeps_a_number_narrow(tmp_path: Path, numpy: str, fails: bool) -> None:
    code = (
        "import tensorflow as tf\nfrom django.http import JsonResponse\n"
        "def index(request):\n    return JsonResponse({'a': model.predict(1).max() * 100})\n"
    )
    requirements = f"{TF.format('2.19.1')}numpy=={numpy}\n"
    files: Files = {**view(code), "requirements.txt": requirements}
    assert ("numpy-not-json" in names(tmp_path, files)) is fails


def test_figures_that_stay_open(tmp_path: Path) -> None:
    code = "import matplotlib.pyplot as plt\ndef index(request):\n    plt.figure()\n"
    code += "    plt.savefig(request)\n"
    assert names(tmp_path, view(code)) == {"memory-grows-with-requests"}
    assert names(tmp_path, view(f"{code}    plt.close()\n")) == set()


UPLOAD = (
    "from django.core.files.storage import FileSystemStorage\n"
    "def index(request):\n    file = request.FILES['image']\n"
    "    name = FileSystemStorage().save(file.name, file)\n"
)


def test_an_upload_that_is_kept(tmp_path: Path) -> None:
    assert names(tmp_path, view(UPLOAD)) == {"media-upload-ephemeral"}


@pytest.mark.parametrize(
    "code",
    [
        f"import os\n{UPLOAD}    os.remove(name)\n",
        "from PIL import Image\ndef index(request):\n    Image.open(request.FILES['image'])\n",
        (
            "import tempfile\ndef index(request):\n    with tempfile.NamedTemporaryFile() as f:\n"
            "        f.write(request.FILES['a'].read())\n"
        ),
    ],
)
def test_an_upload_that_is_not_kept(tmp_path: Path, code: str) -> None:
    assert names(tmp_path, view(f"from django import http\n{code}")) == set()


def test_uploads_in_object_storage(tmp_path: Path) -> None:
    storage = 'STORAGES = {"default": {"BACKEND": "storages.backends.s3.S3Storage"}}'
    assert names(tmp_path, {**view(UPLOAD), **settings(storage)}) == set()


def test_the_visitors_name_as_path(tmp_path: Path) -> None:
    code = "from django import http\ndef index(request):\n    file = request.FILES['a']\n"
    code += "    with open('media/' + file.name, 'wb') as out:\n"
    code += "        for chunk in file.chunks():\n            out.write(chunk)\n"
    assert names(tmp_path, view(code)) == {"upload-name-used-as-path", "media-upload-ephemeral"}


@pytest.mark.parametrize(
    ("files", "cause"),
    [
        ({"json.py": "x = 1\n"}, {"module-shadowed"}),
        ({"shop/json.py": "x = 1\n"}, set()),
        ({"Shop/__init__.py": ""}, set()),
        (
            {
                "shop/views.py": "from shop.Forms import F\ndef index(request): ...\n",
                "shop/forms.py": "F = 1\n",
            },
            {"import-case-mismatch"},
        ),
        (
            {
                "shop/views.py": "from .forms import F\ndef index(request): ...\n",
                "shop/forms.py": "F = 1\n",
            },
            set(),
        ),
        (
            {"shop/views.py": "print 'hello'\ndef index(request): ...\n"},
            {"syntax-needs-newer-python"},
        ),
        ({"notes/old.py": "print 'hello'\n"}, set()),
        ({"shop/views.py": "def index(request):\n    return 1 +\n"}, {"syntax-needs-newer-python"}),
    ],
)
def test_modules(tmp_path: Path, files: Files, cause: set[str]) -> None:
    assert names(tmp_path, files) == cause


RENDER = (
    "from django.shortcuts import render\ndef index(request):\n    return render(request, '{}')\n"
)


@pytest.mark.parametrize(
    ("name", "files", "missing"),
    [
        ("shop/Home.html", {"shop/templates/shop/home.html": ""}, True),
        ("shop/home.html", {"shop/templates/shop/home.html": ""}, False),
        ("home.html", {"templates/home.html": ""}, True),
        ("shop/gone.html", {"shop/templates/shop/home.html": ""}, True),
        ("package/page.html", {"shop/templates/shop/home.html": ""}, False),
        ("registration/login.html", {"shop/templates/shop/home.html": ""}, False),
        # A part of a template, since Django 6.0.
        ("shop/home.html#row", {"shop/templates/shop/home.html": ""}, False),
        ("shop/gone.html#row", {"shop/templates/shop/home.html": ""}, True),
    ],
)
def test_templates(tmp_path: Path, name: str, files: Files, missing: bool) -> None:
    assert (
        "template-missing" in names(tmp_path, {**files, **view(RENDER.format(name))})
    ) is missing


def test_a_folder_of_templates_that_the_settings_name(tmp_path: Path) -> None:
    changed = settings()["mysite/settings.py"]
    assert isinstance(changed, str)
    files: Files = {
        "mysite/settings.py": changed.replace('"DIRS": []', '"DIRS": [BASE_DIR / "templates"]'),
        "templates/home.html": "",
        **view(RENDER.format("home.html")),
    }
    assert names(tmp_path, files) == set()


MODELS = "from django.db import models\nclass Item(models.Model):\n    name = models.TextField()\n"


def test_models_without_migrations(tmp_path: Path) -> None:
    assert names(tmp_path, {"shop/models.py": MODELS}) == {"migrations-not-committed"}


@pytest.mark.parametrize(
    "files",
    [
        {
            "shop/models.py": MODELS,
            "shop/migrations/__init__.py": "",
            "shop/migrations/0001_initial.py": "",
        },
        {"shop/models.py": f"{MODELS}    class Meta:\n        abstract = True\n"},
        {"shop/models.py": "from django.db import models\n"},
        {"other/models.py": MODELS, "other/__init__.py": ""},
    ],
)
def test_models_with_migrations_or_without_tables(tmp_path: Path, files: Files) -> None:
    assert names(tmp_path, files) == set()


@pytest.mark.parametrize(
    ("line", "asks"),
    [
        ("NAMES = list(Item.objects.all())", True),
        ("COUNT = Item.objects.count()", True),
        ("CHOICES = [item.name for item in Item.objects.order_by('name')]", True),
        ("ALL = Item.objects.all()", False),
        ("MANAGER = Item.objects", False),
        ("def names():\n    return list(Item.objects.all())", False),
    ],
)
def test_queries_at_import(tmp_path: Path, line: str, asks: bool) -> None:
    files: Files = {
        "shop/models.py": MODELS,
        "shop/migrations/0001_initial.py": "",
        **view(f"from .models import Item\n{line}\ndef index(request): ...\n"),
    }
    assert names(tmp_path, files) == ({"database-at-import"} if asks else set())


def test_a_model_that_anybody_can_fetch(tmp_path: Path) -> None:
    files: Files = {
        **settings('STATICFILES_DIRS = [BASE_DIR / "static"]'),
        "static/model.h5": b"x",
        "static/a.css": "",
    }
    assert names(tmp_path, files) == {"model-served-publicly"}


def test_a_model_that_nobody_can_fetch(tmp_path: Path) -> None:
    assert names(tmp_path, {"models/model.h5": b"x"}) == set()


def test_code_as_static_files(tmp_path: Path) -> None:
    assert "source-published-as-static" in names(
        tmp_path, settings("STATICFILES_DIRS = [BASE_DIR]")
    )


KEY = "-----BEGIN PRIVATE KEY-----\nDUMMY\n-----END PRIVATE KEY-----\n"
ACCOUNT = '{"type": "service_account", "private_key": "-----BEGIN PRIVATE KEY-----DUMMY"}'


@pytest.mark.parametrize(
    ("path", "text", "git", "secret"),
    [
        ("deploy/ci.json", ACCOUNT, True, True),
        ("tls/site.key", KEY, True, True),
        ("tls/site.pem", KEY.replace("PRIVATE KEY", "CERTIFICATE"), True, False),
        ("shop/tests/key.pem", KEY, True, False),
        ("deploy/ci.json", ACCOUNT, False, False),
        ("deploy/ci.json", '{"type": "service_account"}', True, False),
    ],
)
def test_a_private_key_in_git(
    tmp_path: Path, path: str, text: str, git: bool, secret: bool
) -> None:
    write(tmp_path, {path: text})
    if git:
        for words in (("init", "-q"), ("add", "-A")):
            subprocess.run(("git", *words), cwd=tmp_path, check=True)
    assert ("secrets-committed" in names(tmp_path, {})) is secret


def test_a_password_in_the_settings(tmp_path: Path) -> None:
    [finding] = ask(tmp_path, settings('EMAIL_HOST_PASSWORD = "hunter2hunter2"'))
    assert finding.cause.name == "secrets-committed"
    assert "hunter2" not in str(finding.to_dict())


@pytest.mark.parametrize(
    "line",
    [
        'EMAIL_HOST_PASSWORD = os.environ["EMAIL_HOST_PASSWORD"]',
        'EMAIL_HOST_PASSWORD = os.environ.get("EMAIL_HOST_PASSWORD", "")',
        'EMAIL_HOST_PASSWORD = "your-password"',
    ],
)
def test_a_password_from_elsewhere(tmp_path: Path, line: str) -> None:
    assert names(tmp_path, settings(line)) == set()


def test_flask_answers_an_error_with_its_text(tmp_path: Path) -> None:
    app = (
        "from flask import Flask\napp = Flask('x')\n@app.route('/p')\ndef p():\n    try:\n"
        "        pass\n    except Exception as error:\n        return {}\n"
    )
    answers = {"str(error)": True, "f'Error: {error}'": True, "'Hello'": False, "('x', 500)": False}
    for answer, wrong in answers.items():
        files: Files = dict.fromkeys(HEALTHY) | {
            "app.py": app.replace("{}", answer, 1),
            "Procfile": "web: gunicorn app:app\n",
        }
        found = names(tmp_path, files)
        assert found == ({"error-returned-as-200"} if wrong else set()), answer


@pytest.mark.parametrize(
    ("line", "secret"),
    [
        ('RAZORPAY_KEY_SECRET = "Zq81xLm0Yt2v"', True),
        ('TWILIO_AUTH_TOKEN = "5f1c0a9b7e"', True),
        ('RECAPTCHA_PUBLIC_KEY = "6Lf3xLm0Yt2v"', False),
        ('PASSWORD_HASHERS = ["a.b.C"]', False),
        ('LOGIN_TOKEN = os.environ.get("LOGIN_TOKEN", "")', False),
        ('API_KEY = "change-me-please"', False),
        ('API_KEY = "xxxxxxxxxxxx"', False),
        ('API_KEY = "xk39dkslw02dkE"', True),
        ('EMAIL_HOST_PASSWORD = "abcd efgh ijkl mnop"', True),
        ('EMAIL_HOST_PASSWORD = "the one of the mail server"', False),
    ],
)
def test_secrets_by_their_names(tmp_path: Path, line: str, secret: bool) -> None:
    assert names(tmp_path, settings(line)) == ({"secrets-committed"} if secret else set())
