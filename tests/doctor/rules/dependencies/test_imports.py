from pathlib import Path

import pytest

from tests.doctor.rules.dependencies.asking import ask, brief, one

_VIEW = "def home(request):\n    return None\n"


def _views(text: str) -> dict[str, str]:
    return {"pages/views.py": f"{text}\n\n\n{_VIEW}"}


@pytest.mark.parametrize(
    ("text", "package"),
    [
        ("import cv2", "opencv-python-headless"),
        ("from PIL import Image", "pillow"),
        ("import numpy as np", "numpy"),
        ("from rest_framework import views", "djangorestframework"),
        ("import tensorflow as tf", "tensorflow"),
        ("import requests", "requests"),
        ("import sklearn.preprocessing", "scikit-learn"),
    ],
)
def test_an_import_that_nothing_provides(tmp_path: Path, text: str, package: str) -> None:
    found = one(ask(tmp_path, _views(text)), "dependency-not-in-requirements")
    assert found.severity.value == "error"
    assert found.values["package"] == package
    assert found.fix is not None
    assert str(found.fix.changes[0].after).endswith(f"\n{package}\n")


def test_a_module_that_no_table_knows_where_all_packages_are_known(tmp_path: Path) -> None:
    found = one(ask(tmp_path, _views("import zebra_stripes")), "dependency-not-in-requirements")
    assert found.confidence.value == "medium"
    assert found.fix is None


def test_an_app_of_the_settings(tmp_path: Path) -> None:
    settings = (
        'INSTALLED_APPS = [\n    "pages",\n    "corsheaders",\n]\nROOT_URLCONF = "mysite.urls"\n'
    )
    found = one(ask(tmp_path, {"mysite/settings.py": settings}), "dependency-not-in-requirements")
    assert found.values["package"] == "django-cors-headers"
    assert [getattr(span, "line", 0) for span in found.where] == [3]


def test_a_late_import_fails_later(tmp_path: Path) -> None:
    text = "def home(request):\n    import cv2\n    return cv2\n"
    found = ask(tmp_path, {"pages/views.py": text})
    assert brief(found) == [("dependency-not-in-requirements", "warning")]


@pytest.mark.parametrize(
    ("requirements", "text"),
    [
        ("django\ntensorflow==2.20.0", "import numpy as np\nimport h5py"),
        ("django\nopencv-python-headless==4.10.0.84", "import cv2\nimport numpy"),
        ("django\nPillow", "from PIL import Image"),
        ("django\nsomebodys-zebra-stripes", "import zebra_stripes"),
        ("django\nunknown-package", "import zebra_stripes"),
        ("django", "import os, json, sqlite3, zoneinfo"),
        # Whether these are still there is another rule's question, and not of our own Python.
        ("django", "import cgi, imghdr"),
        ("django", "from distutils.util import strtobool"),
        ("django", "import compression.zstd"),
        ("django", "try:\n    import cv2\nexcept ImportError:\n    cv2 = None"),
        ("django", "from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    import numpy"),
        ("django", "from . import models_of_mine"),
        ("django", "from pages import helpers_of_mine"),
        ("django", "import asgiref.sync"),
        ("django\ndjango-heroku", "import whitenoise, dj_database_url"),
    ],
)
def test_what_is_provided_guarded_or_ones_own(tmp_path: Path, requirements: str, text: str) -> None:
    files = {
        "requirements.txt": f"{requirements.replace('django', 'django==5.0', 1)}\ngunicorn\n",
        "pages/helpers_of_mine.py": "",
        "pages/models_of_mine.py": "",
        **_views(text),
    }
    names = [name for name, _ in brief(ask(tmp_path, files))]
    assert "dependency-not-in-requirements" not in names


@pytest.mark.parametrize("path", ["train.py", "scripts/train.py", "pages/tests.py", "notes.py"])
def test_what_the_server_does_not_import_is_left_alone(tmp_path: Path, path: str) -> None:
    assert ask(tmp_path, {path: "import cv2, matplotlib, torch\n"}) == []


def test_a_list_that_cannot_be_read_whole_says_nothing(tmp_path: Path) -> None:
    files = {"requirements.txt": "-r missing.txt\ndjango==5.0\n", **_views("import cv2")}
    assert ask(tmp_path, files) == []
