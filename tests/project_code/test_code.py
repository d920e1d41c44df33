from pathlib import Path

import pytest

from tests.project_code.reading import WSGI, code
from wherry.project.code.loads import Anchor, Library
from wherry.project.code.moments import Moment

SETTINGS = 'INSTALLED_APPS = ["shop.apps.ShopConfig"]\nROOT_URLCONF = "mysite.urls"\n'
SITE = {
    "manage.py": WSGI,
    "mysite/__init__.py": "",
    "mysite/settings.py": SETTINGS,
    "mysite/urls.py": "from django.urls import include, path\n"
    'urlpatterns = [path("", include("shop.urls"))]\n',
    "mysite/wsgi.py": WSGI,
    "shop/__init__.py": "",
    "shop/apps.py": "",
    "shop/models.py": "from . import signals\n",
    "shop/signals.py": "",
    "shop/urls.py": "from django.urls import path\nfrom .views import Page, index\n"
    'urlpatterns = [path("a", index), path("b", Page.as_view(), name="b")]\n',
    "shop/views.py": "from .inner import helper\n"
    "def index(r):\n    return helper()\nclass Page:\n    def get(self): ...\n",
    "shop/inner.py": "def helper():\n    from . import late\n    return late.x\n",
    "shop/late.py": "x = 1\n",
    "shop/unused.py": "x = 1\n",
    "shop/tests.py": "import nothing\n",
    "train.py": "import nothing\n",
}


def test_what_is_imported_at_the_start(tmp_path: Path) -> None:
    found = code(tmp_path, SITE)
    assert {"shop/signals.py", "shop/views.py", "shop/inner.py", "mysite/wsgi.py"} <= found.imported
    assert not {"shop/late.py", "shop/unused.py", "train.py", "shop/tests.py"} & found.imported
    assert "shop/late.py" in found.served
    assert "shop/unused.py" not in found.served
    assert found.framework == "django"


def test_views(tmp_path: Path) -> None:
    found = {view.name: view.route for view in code(tmp_path, SITE).views}
    assert found == {"index": "a", "Page": "b"}


@pytest.mark.parametrize(
    ("files", "module"),
    [
        (
            {"Dockerfile": "FROM python:3.13\nENV DJANGO_SETTINGS_MODULE=mysite.production\n"},
            "mysite.production",
        ),
        (
            {"Procfile": "web: DJANGO_SETTINGS_MODULE=mysite.production gunicorn mysite.wsgi\n"},
            "mysite.production",
        ),
        (
            {"app.json": '{"env": {"DJANGO_SETTINGS_MODULE": "mysite.production"}}'},
            "mysite.production",
        ),
        ({"mysite/wsgi.py": WSGI.replace("settings", "production")}, "mysite.production"),
        ({"Procfile": "web: gunicorn mysite.wsgi\n"}, "mysite.settings"),
    ],
)
def test_which_settings_run(tmp_path: Path, files: dict[str, str], module: str) -> None:
    settings = code(
        tmp_path, {**SITE, "mysite/production.py": "from .settings import *\n", **files}
    ).settings
    assert settings is not None
    assert settings.module == module


def test_a_project_in_a_subfolder(tmp_path: Path) -> None:
    found = code(tmp_path, {f"backend/{path}": text for path, text in SITE.items()})
    assert found.settings is not None
    assert found.settings.path == "backend/mysite/settings.py"
    assert "backend/shop/inner.py" in found.imported


def test_imports(tmp_path: Path) -> None:
    text = (
        "import a.b\nfrom c import d as e\nfrom . import f\nfrom .g import h\n"
        "try:\n    import i\nexcept ImportError:\n    import j\n"
        "from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    import k\n"
        "def x():\n    import l\nif y:\n    import m\n"
    )
    found = code(tmp_path, {"pkg/__init__.py": "", "pkg/x.py": text, "pkg/g.py": ""})
    read = {item.alias: item for item in found.imports if item.path == "pkg/x.py"}
    assert (read["a"].module, read["a"].root, read["a"].local) == ("a.b", "a", False)
    assert (read["e"].module, read["e"].name) == ("c", "d")
    assert (read["h"].module, read["h"].local) == ("pkg.g", True)
    assert read["i"].guarded
    assert read["j"].guarded
    assert read["k"].type_checking
    assert not read["l"].top_level
    assert read["m"].guarded
    assert read["a"].top_level
    assert not read["a"].guarded


def test_flask(tmp_path: Path) -> None:
    app = (
        "from flask import Flask\nfrom keras.models import load_model\napp = Flask(__name__)\n"
        "model = load_model('m.h5')\n"
        "@app.route('/p', methods=['POST'])\ndef predict():\n    return load_model('n.h5')\n"
        "if __name__ == '__main__':\n    load_model('o.h5')\n"
    )
    found = code(tmp_path, {"app.py": app, "Procfile": "web: gunicorn app:app\n"})
    moments = {load.model.written: load.moments for load in found.model_loads if load.model}
    assert moments == {
        "m.h5": {Moment.IMPORT},
        "n.h5": {Moment.REQUEST},
        "o.h5": {Moment.COMMAND},
    }
    assert found.framework == "flask"
    assert [view.route for view in found.views] == ["/p"]


@pytest.mark.parametrize(
    ("lines", "library", "path", "anchor"),
    [
        ("import tensorflow as tf\ntf.keras.models.load_model('a.h5')", "keras", "a.h5", "WORKING"),
        ("from keras.models import *\nload_model('a.h5')", "keras", "a.h5", "WORKING"),
        ("import joblib\njoblib.load(open('a.pkl', 'rb'))", "joblib", "a.pkl", "WORKING"),
        ("import pickle\nf = open('a.pkl', 'rb')\npickle.load(f)", "pickle", "a.pkl", "WORKING"),
        (
            "import onnxruntime as ort\nort.InferenceSession('a.onnx')",
            "onnxruntime",
            "a.onnx",
            "WORKING",
        ),
        (
            "import tensorflow_hub as hub\nhub.load('https://tfhub.dev/x')",
            "tensorflow_hub",
            "",
            "REMOTE",
        ),
        ("import torch\ntorch.load(f'{__file__}')", "torch", "app.py", "CODE"),
        ("import torch\ntorch.load('D:\\\\m.pt')", "torch", "", "ABSOLUTE"),
        (
            "from transformers import pipeline\npipeline('ner', model='a/b')",
            "transformers",
            "",
            "REMOTE",
        ),
        ("from keras.models import load_model\nload_model(whatever())", "keras", "", "UNKNOWN"),
    ],
)
def test_what_is_loaded(tmp_path: Path, lines: str, library: str, path: str, anchor: str) -> None:
    [load] = code(
        tmp_path, {"app.py": f"from flask import Flask\napp = Flask('x')\n{lines}\n"}
    ).model_loads
    assert load.library is Library(library)
    assert load.model is not None
    assert (load.model.path, load.model.anchor) == (path, Anchor[anchor])


@pytest.mark.parametrize(
    "text",
    [
        "def f(:\n",
        "x = '\0'\n",
        "print 'python 2'\n",
        "(" * 5000 + ")" * 5000,
        "x = [" * 300 + "]" * 300,
        "\ufeffimport os\n",
        "x = x.filter()\nx = x.all()\nx.go()\n",
        "class A(A):\n    def f(self):\n        return self.f()\nA().f()\n",
        "def f():\n    return g()\ndef g():\n    return f()\nf()\n",
        "from .app import *\nfrom app import app\n",
        "import app as app\napp.app.app()\n",
        "x = '\\d'\n",
        "globals().update({})\nlocals()['a']\nvars()\n",
        "match x:\n    case {'a': [b, *c]}:\n        import d\n",
        "try:\n    pass\nexcept* ValueError:\n    raise\n",
        "lambda: (yield)\n",
        "async def f():\n    async with a as b:\n        async for c in d: ...\n",
        "del a, b[0], c.d\n",
        "from . import x\nfrom .. import y\nfrom ... import z\n",
        "DATABASES['default']['x'].update(a, **b)\n",
        "INSTALLED_APPS += INSTALLED_APPS\nINSTALLED_APPS.insert()\n",
        "ALLOWED_HOSTS = 'a'\nDEBUG = 1\nSECRET_KEY = b'x'\nSTATICFILES_DIRS = 1\n",
    ],
)
def test_odd_code_is_read_to_the_end(tmp_path: Path, text: str) -> None:
    from wherry.doctor.rule import Context
    from wherry.doctor.rules.code.rules import RULES
    from wherry.platforms import hosts
    from wherry.project.project import read_project

    files = {**SITE, "app.py": f"from flask import Flask\nimport tensorflow as tf\n{text}"}
    files |= {"mysite/settings.py": SETTINGS + text, "shop/views.py": f"import django\n{text}"}
    found = code(tmp_path, files)
    assert found.views is not None
    assert found.model_loads is not None
    context = Context(read_project(tmp_path), hosts.get(), (3, 13))
    for rule in RULES:
        list(rule.check(context))


def test_wrong_syntax_is_told(tmp_path: Path) -> None:
    [skipped] = code(tmp_path, {"a.py": "def f(:\n", "b.py": "x = 1\n"}).skipped
    assert (skipped.what, skipped.reason.startswith("line 1")) == ("a.py", True)


def test_a_committed_environment_is_not_read(tmp_path: Path) -> None:
    files = {
        "venv/pyvenv.cfg": "home = /usr\n",
        "venv/lib/python3.12/site-packages/x.py": "import y\n",
        "node_modules/a/b.py": "import z\n",
        "app.py": "import os\n",
    }
    assert [source.path for source in code(tmp_path, files).sources.all] == ["app.py"]
