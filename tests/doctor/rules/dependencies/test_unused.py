"""Heavy packages that nothing imports, and why one that nothing imports may be needed."""

from pathlib import Path

import pytest

from tests.doctor.rules.dependencies.asking import ask, one
from wherry.doctor.rules.dependencies.unused import RULE

_LIST = "Django==5.2.8\ngunicorn==23.0.0\nnumpy==2.2.6\n"
_VIEW = "\n\n\ndef home(request):\n    return None\n"


def _asked(root: Path, requirements: str, view: str) -> list[str]:
    changes = {"requirements.txt": _LIST + requirements, "pages/views.py": view + _VIEW}
    return [finding.cause.name for finding in ask(root, changes, rules=[RULE])]


@pytest.mark.parametrize(
    "package", ["seaborn==0.13.2", "streamlit==1.50.0", "spacy==3.8.7", "selenium==4.36.0"]
)
def test_nothing_imports_it(tmp_path: Path, package: str) -> None:
    assert "requirement-not-imported" in _asked(tmp_path, f"{package}\n", "import numpy as np")


def test_all_of_them_are_named_at_once(tmp_path: Path) -> None:
    changes = {
        "requirements.txt": f"{_LIST}plotly==6.3.0\nrequests==2.32.5\nscikit-learn==1.7.2\n",
        "pages/views.py": f"import requests{_VIEW}",
    }
    found = one(ask(tmp_path, changes, rules=[RULE]), "requirement-not-imported")
    assert [(span.path, span.line) for span in found.where] == [
        ("requirements.txt", 4),
        ("requirements.txt", 6),
    ]
    assert "plotly, scikit-learn: required" in found.title


@pytest.mark.parametrize(
    ("requirements", "view"),
    [
        ("seaborn==0.13.2\n", "import seaborn as sns"),
        ("opencv-python==4.12.0.88\n", "def late():\n    import cv2"),
        ("spacy==3.8.7\n", "import importlib\nnlp = importlib.import_module('spacy')"),
        # Another package of the list brings it along anyway, or takes it where it finds it.
        ("matplotlib==3.10.6\nseaborn==0.13.2\n", "import seaborn"),
        ("matplotlib==3.10.6\npandas==2.3.3\n", "import pandas\npandas.DataFrame().plot()"),
        ("nltk==3.9.2\ntextblob==0.19.0\n", "from textblob import TextBlob"),
        # A pickle may hold a model of it.
        ("scikit-learn==1.7.2\n", "import pickle\nMODEL = pickle.load(open('m.pkl', 'rb'))"),
        ("xgboost==3.0.5\njoblib==1.5.2\n", "import joblib"),
        # What a stranger needs nobody knows.
        ("spacy==3.8.7\nrealtor-language-tools==2.1\n", "import realtor_language_tools"),
        # It is small.
        ("requests==2.32.5\n", "import numpy"),
    ],
)
def test_silent(tmp_path: Path, requirements: str, view: str) -> None:
    assert "requirement-not-imported" not in _asked(tmp_path, requirements, view)
