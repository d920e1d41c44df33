"""A view that was copied from another one."""

from pathlib import Path

import pytest

from tests.doctor.rules.code.asking import Files, names, view

CODE = (
    "import joblib\nfrom functools import cache\nfrom pathlib import Path\n"
    "@cache\ndef load(name): return joblib.load(Path(__file__).parent / name)\n"
    "def diabetes(request): return load('diabetes.pkl')\n"
    "def heart(request): return load('{}')\n"
)
FILES: Files = {
    "mysite/urls.py": "from django.urls import path\nfrom shop import views\n"
    "urlpatterns = [path('', views.diabetes), path('heart', views.heart)]\n",
    "shop/diabetes.pkl": b"x",
    "shop/heart_model.pkl": b"y",
}


@pytest.mark.parametrize(
    ("loads", "files", "found"),
    [
        ("diabetes.pkl", {}, True),
        ("heart_model.pkl", {}, False),
        # Nothing here is called after the view: one model may well serve both.
        ("diabetes.pkl", {"shop/heart_model.pkl": None}, False),
        ("diabetes.pkl", {"shop/heart_model.pkl": None, "shop/kidney.pkl": b"z"}, False),
    ],
)
def test_a_view_loads_the_model_of_another(
    tmp_path: Path, loads: str, files: Files, found: bool
) -> None:
    site: Files = {**FILES, **view(CODE.format(loads)), **files}
    assert ("wrong-model-loaded" in names(tmp_path, site)) is found
