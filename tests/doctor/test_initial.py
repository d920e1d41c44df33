"""``wherry init`` writes what is missing, and nothing over what is there."""

from collections.abc import Sequence
from pathlib import Path

import pytest

from tests.doctor.sites import BEGINNER
from tests.doctor.trees import tree
from wherry.cli import main
from wherry.dependencies.requirement import RequirementLine
from wherry.dependencies.resolution import Artifact, Package, Python, Resolution
from wherry.doctor import initial_requirements
from wherry.doctor.diagnose import Options
from wherry.doctor.initial import init, missing
from wherry.doctor.initial_requirements import packages
from wherry.findings import Skipped
from wherry.project.project import read_project

OFFLINE = Options(offline=True)
BARE = {name: text for name, text in BEGINNER.items() if name != "requirements.txt"}
VIEWS = """\
import json
import cv2
import numpy as np
from tensorflow import keras
from shop import settings
try:
    import torch
except ImportError:
    torch = None
"""


def wheel(name: str, version: str) -> Package:
    return Package(name, version, Artifact(f"{name}-{version}-py3-none-any.whl", "", None))


@pytest.fixture
def index(monkeypatch: pytest.MonkeyPatch) -> list[Python]:
    """An index with a final TensorFlow for 3.13, and only a candidate for 3.14."""
    asked: list[Python] = []

    def resolve(lines: Sequence[RequirementLine], python: Python) -> Resolution:
        asked.append(python)
        versions = {"tensorflow-cpu": "2.22.0rc0" if python == (3, 14) else "2.21.0"}
        found = [wheel(line.key, versions.get(line.key, "1.0")) for line in lines]
        return Resolution(python, packages=(*found, wheel("sqlparse", "0.5")))

    monkeypatch.setattr(initial_requirements.resolving, "resolve", resolve)
    return asked


def test_packages_that_the_code_needs(tmp_path: Path) -> None:
    """Neither the standard library, nor the project itself, nor what the code can do without."""
    root = tree(tmp_path, {**BARE, "shop/views.py": VIEWS, "shop/tests.py": "import pytest\n"})
    names, unknown = packages(read_project(root))
    assert set(names) == {
        *("django", "gunicorn", "numpy", "opencv-python-headless", "tensorflow-cpu", "whitenoise")
    }
    assert unknown == ()


def test_apps_that_only_the_settings_name(tmp_path: Path) -> None:
    settings = "INSTALLED_APPS = ['rest_framework', 'shop', 'django.contrib.auth']\n"
    names, unknown = packages(read_project(tree(tmp_path, {**BARE, "shop/settings.py": settings})))
    assert "djangorestframework" in names
    assert unknown == ()


def test_a_module_that_nobody_knows(tmp_path: Path) -> None:
    files = {**BARE, "shop/views.py": "import no_such_thing_at_all\n"}
    assert packages(read_project(tree(tmp_path, files)))[1] == ("no_such_thing_at_all",)


def test_pins_are_exact_and_for_a_python_that_has_them(tmp_path: Path, index: list[Python]) -> None:
    root = tree(tmp_path, {**BARE, "shop/views.py": "import tensorflow\n"})
    found = missing(root, Options()).requirements
    assert found is not None
    assert index == [(3, 14), (3, 13)]
    assert found.python == (3, 13)
    assert "\ntensorflow-cpu==2.21.0\n" in found.text
    assert found.text.endswith("as this one.\nsqlparse==0.5\n")


@pytest.mark.usefixtures("index")
def test_a_python_that_is_asked_for_stays(tmp_path: Path) -> None:
    start = missing(tree(tmp_path, {**BARE, ".python-version": "3.12\n"}), Options())
    paths = [change.path for fix in start.fixes for change in fix.changes]
    assert paths == ["requirements.txt"]
    assert start.requirements is not None
    assert start.requirements.python == (3, 12)


def test_without_the_index_there_are_no_pins(tmp_path: Path) -> None:
    found = missing(tree(tmp_path, BARE), OFFLINE).requirements
    assert found is not None
    assert "\ndjango\n" in found.text
    assert found.skipped


def test_an_index_that_does_not_answer(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    mute = Resolution((3, 14), skipped=(Skipped("the index", "it cannot be reached"),))
    monkeypatch.setattr(initial_requirements.resolving, "resolve", lambda *_: mute)
    found = missing(tree(tmp_path, BARE), Options()).requirements
    assert found is not None
    assert "==" not in found.text


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("requirements.txt", "django\n"),
        ("pyproject.toml", '[project]\nname = "a"\nversion = "1"\ndependencies = ["django"]\n'),
        ("Pipfile", '[packages]\ndjango = "*"\n'),
        ("environment.yml", "dependencies:\n- django\n"),
        ("Dockerfile", "FROM python:3.13\nRUN pip install django\n"),
    ],
)
def test_a_list_that_is_there_is_left_alone(tmp_path: Path, name: str, text: str) -> None:
    assert missing(tree(tmp_path, {**BARE, name: text}), OFFLINE).requirements is None


def test_slugignore_leaves_notebooks_out(tmp_path: Path) -> None:
    root = tree(tmp_path, {**BEGINNER, "train.ipynb": "{}", "docs/guide.md": "# Guide\n"})
    (fix,) = missing(root, OFFLINE).fixes
    assert [change.after for change in fix.changes] == ["*.ipynb\n/docs\n"]


@pytest.mark.parametrize(
    ("files", "platform"),
    [
        ({}, ""),
        ({"docs/conf.py": "import shop\n"}, ""),
        ({"train.ipynb": "{}"}, "render"),
        ({"train.ipynb": "{}", ".slugignore": "/data\n"}, ""),
    ],
)
def test_slugignore_is_not_written_for_nothing(
    tmp_path: Path, files: dict[str, str], platform: str
) -> None:
    root = tree(tmp_path, {**BEGINNER, **files})
    assert missing(root, Options(offline=True, platform=platform)).fixes == ()


@pytest.mark.usefixtures("few_rules")
def test_all_of_it_is_written(tmp_path: Path) -> None:
    root = tree(tmp_path, {**BARE, "train.ipynb": "{}"})
    init(root, OFFLINE)
    assert (root / ".python-version").read_text() == "3.12\n"
    assert "\ndjango\n" in (root / "requirements.txt").read_text()
    assert (root / ".slugignore").read_text() == "*.ipynb\n"
    for name, text in BARE.items():
        assert (root / name).read_text() == text


@pytest.mark.usefixtures("few_rules")
def test_a_second_time_there_is_nothing_to_do(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    root = tree(tmp_path, BARE)
    assert main(["init", "--offline", str(root)]) == 0
    assert "Done: Write requirements.txt from what the code imports" in capsys.readouterr().out
    assert main(["init", "--offline", str(root)]) == 0
    assert "Everything that Wherry could write is there already." in capsys.readouterr().out


@pytest.mark.usefixtures("few_rules")
def test_diff_only_shows(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    root = tree(tmp_path, BARE)
    assert main(["init", "--offline", "--diff", str(root)]) == 0
    out = capsys.readouterr().out
    assert "+++ b/requirements.txt" in out
    assert out.count("+++ b/.python-version") == 1
    assert "Would be done: Pin Python 3.12." in out
    assert not (root / "requirements.txt").exists()


@pytest.mark.usefixtures("few_rules")
def test_a_folder_with_nothing_in_it(tmp_path: Path) -> None:
    assert main(["init", "--offline", str(tmp_path)]) == 3
    assert main(["init", "--offline", str(tmp_path / "nowhere")]) == 2
