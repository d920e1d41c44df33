"""TensorFlow stays, shrinks or leaves: by what the app imports and what its models run on."""

import sys
from collections.abc import Mapping
from pathlib import Path

import pytest

from tests.buildpack.packages import install, install_tensorflow
from wherry.buildpack.deleting import remove
from wherry.buildpack.failure import BuildFailed
from wherry.buildpack.installed import Environment, read_environment
from wherry.buildpack.lean import Decision, Fate, decide, explain
from wherry.buildpack.needs import Servable, read_servables
from wherry.buildpack.removal import leaving
from wherry.buildpack.usage import Usage, read_usage
from wherry.project.project import Project, read_project

WORDS = Servable("models/words", "tensorflow", bundled=True)
DIGITS = Servable("models/digits", "litert", bundled=True)
BARE = Servable("saved", "tensorflow", bundled=False)


def app(root: Path, files: Mapping[str, str]) -> Project:
    for path, text in files.items():
        file = root / "app" / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text)
    return read_project(root / "app")


def packages(root: Path) -> Environment:
    site_packages = root / "python" / "lib" / "python3.13" / "site-packages"
    install_tensorflow(site_packages)
    return read_environment(site_packages)


def usage(root: Path, **files: str) -> Usage:
    named = {path.replace("__", "/") + ".py": text for path, text in files.items()}
    project = app(root, {"requirements.txt": "django\ntensorflow-cpu\n", **named})
    return read_usage(project, packages(root))


@pytest.mark.parametrize(
    "text",
    [
        "import tensorflow as tf\n",
        "import tensorflow.keras\n",
        "from tensorflow.keras.models import load_model\n",
        "def view(request):\n    from tensorflow import keras\n",
        "try:\n    import tensorflow\nexcept ImportError:\n    tensorflow = None\n",
        "import keras\n",
        "import os\nif os.environ.get('TF'):\n    import tensorflow\n",
        "import importlib\ntf = importlib.import_module('tensorflow')\n",
        "from django.utils.module_loading import import_string\nimport_string('keras.Model')\n",
    ],
)
def test_an_import_of_it_is_found(tmp_path: Path, text: str) -> None:
    found = usage(tmp_path, site__views=text)
    assert found.reasons or found.unread
    assert found.reasons[0].place.startswith("site/views.py:")
    assert decide("auto", found, [WORDS], packages(tmp_path)).fate is Fate.KEEP


@pytest.mark.parametrize(
    "text",
    [
        "import tensorflow_of_our_own\n",
        "# import tensorflow\n",
        "NAME = 'tensorflow'\n",
        "from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    import tensorflow\n",
        "from .tensorflow import thing\n",
        "import numpy, requests\n",
        "'''import tensorflow'''\n",
    ],
)
def test_what_is_no_import_of_it_is_no_reason(tmp_path: Path, text: str) -> None:
    found = usage(tmp_path, site__views=text)
    assert not found.reasons
    assert not found.unread
    assert found.files == 1
    assert decide("auto", found, [WORDS], packages(tmp_path)).fate is Fate.LIBRARIES
    assert decide("auto", found, [DIGITS], packages(tmp_path)).fate is Fate.REMOVE


def test_a_file_that_cannot_be_read_proves_nothing(tmp_path: Path) -> None:
    found = usage(tmp_path, site__views="def broken(:\n")
    assert found.unread == ("site/views.py",)
    decision = decide("auto", found, [], packages(tmp_path))
    assert decision.fate is Fate.KEEP
    assert "could not be read" in decision.reasons[0]


def test_a_package_that_imports_it_for_the_app_is_a_reason(tmp_path: Path) -> None:
    site_packages = tmp_path / "python" / "lib" / "python3.13" / "site-packages"
    install(site_packages, "deepface", requires=["tensorflow-cpu"])
    install(site_packages, "faces", requires=["deepface"])
    project = app(tmp_path, {"requirements.txt": "tensorflow-cpu\nfaces==1.0\n"})
    found = read_usage(project, packages(tmp_path))
    assert [str(reason) for reason in found.reasons] == [
        "requirements.txt:2: faces==1.0, which needs TensorFlow"
    ]


def test_wherry_itself_is_none_since_it_wants_the_libraries(tmp_path: Path) -> None:
    site_packages = tmp_path / "python" / "lib" / "python3.13" / "site-packages"
    install(site_packages, "wherry", requires=["tensorflow-cpu; extra == 'tensorflow'", "numpy"])
    project = app(tmp_path, {"requirements.txt": "wherry[tensorflow]\n"})
    environment = packages(tmp_path)
    usage = read_usage(project, environment)
    assert not usage.reasons
    assert not usage.unread
    gone = {package.key for package in leaving(project, environment)}
    assert {"tensorflow-cpu", "keras", "h5py"} <= gone


def test_a_bare_saved_model_counts_where_wherry_serves_it(tmp_path: Path) -> None:
    found = usage(tmp_path, views="import django\n")
    environment = packages(tmp_path)
    assert decide("auto", found, [BARE], environment).fate is Fate.REMOVE
    install(environment.site_packages, "wherry")
    assert decide("auto", found, [BARE], packages(tmp_path)).fate is Fate.LIBRARIES


def test_without_tensorflow_only_a_model_on_it_asks_for_the_libraries(tmp_path: Path) -> None:
    environment = Environment({}, tmp_path)
    found = Usage((), 3, (), frozenset(("tensorflow",)))
    assert decide("auto", found, [DIGITS], environment).fate is Fate.NONE
    assert decide("auto", found, [WORDS], environment).fate is Fate.LIBRARIES


@pytest.mark.parametrize(
    ("asked", "fate"),
    [("keep", Fate.KEEP), ("libraries", Fate.LIBRARIES), ("remove", Fate.REMOVE)],
)
def test_the_owner_decides_otherwise(tmp_path: Path, asked: str, fate: Fate) -> None:
    found = usage(tmp_path, views="import tensorflow\n")
    assert decide(asked, found, [], packages(tmp_path)).fate is fate


def test_what_a_model_runs_on_is_not_removed_on_anybodys_word(tmp_path: Path) -> None:
    found = usage(tmp_path, views="import django\n")
    with pytest.raises(BuildFailed, match="models/words runs on it"):
        decide("remove", found, [WORDS], packages(tmp_path))


@pytest.mark.parametrize(
    ("requirements", "imports", "gone"),
    [
        ("django\ntensorflow-cpu\n", "", "flatbuffers h5py idna keras numpy requests rich"),
        ("django\ntensorflow-cpu\nnumpy\n", "", "flatbuffers h5py idna keras requests rich"),
        ("django\ntensorflow-cpu\n", "import requests", "flatbuffers h5py keras numpy rich"),
        ("django\ntensorflow-cpu\nh5py\n", "", "flatbuffers idna keras requests rich"),
        # As pip freeze writes it: keras is there for TensorFlow, and the rest may be the app's.
        ("django\ntensorflow-cpu\nkeras\nh5py\nrich\nrequests\nidna\nnumpy\nflatbuffers\n", "", ""),
        ("django\ntensorflow-cpu\n-r missing.txt\n", "", None),
    ],
)
def test_what_nothing_else_needs_goes_along(
    tmp_path: Path, requirements: str, imports: str, gone: str | None
) -> None:
    project = app(tmp_path, {"requirements.txt": requirements, "views.py": f"{imports}\n"})
    found = {package.key for package in leaving(project, packages(tmp_path))}
    if gone is None:
        assert found == {"tensorflow-cpu"}
    elif gone:
        assert found == {"tensorflow-cpu", *gone.split()}
    else:
        assert found == {"tensorflow-cpu", "keras", "flatbuffers"}


def test_pip_stays_whoever_brought_it(tmp_path: Path) -> None:
    site_packages = tmp_path / "python" / "lib" / "python3.13" / "site-packages"
    install(site_packages, "pip")
    install(site_packages, "tensorflow", "2.21.0", requires=["pip", "setuptools"])
    project = app(tmp_path, {"requirements.txt": "tensorflow\n"})
    gone = {package.key for package in leaving(project, packages(tmp_path))}
    assert "pip" not in gone
    # Where the host's buildpack brings setuptools, it is not there for TensorFlow.
    assert ("setuptools" in gone) is (sys.version_info >= (3, 13))


def test_a_package_goes_with_all_its_files_and_no_others(tmp_path: Path) -> None:
    site_packages = tmp_path / "python" / "lib" / "python3.13" / "site-packages"
    outside = tmp_path / "precious.txt"
    outside.write_text("keep")
    install(
        site_packages,
        "tool",
        files={"shared/tool.py": "x = 1\n", "../../../bin/tool": "#!/bin/sh\n"},
    )
    install(site_packages, "other", files={"shared/other.py": ""})
    record = site_packages / "tool-1.0.dist-info" / "RECORD"
    record.write_text(f"{record.read_text()}../../../../precious.txt,,\n")
    bytecode = site_packages / "shared" / "__pycache__" / "tool.cpython-313.pyc"
    bytecode.parent.mkdir()
    bytecode.write_bytes(b"1234")
    environment = read_environment(site_packages)
    removed = remove(environment.packages["tool"], environment)
    assert (removed.name, removed.version) == ("tool", "1.0")
    assert removed.size_bytes >= 4 + 6
    assert not (site_packages / "tool").exists()
    assert not (tmp_path / "python" / "bin" / "tool").exists()
    assert not bytecode.parent.exists()
    assert outside.read_text() == "keep"
    assert sorted(path.name for path in site_packages.iterdir()) == [
        "other",
        "other-1.0.dist-info",
        "shared",
    ]
    assert (site_packages / "shared" / "other.py").is_file()


def test_the_proof_names_every_file(tmp_path: Path) -> None:
    project = app(
        tmp_path,
        {"a.py": "import numpy\n", "b.py": "import tensorflow\n", "requirements.txt": "django\n"},
    )
    found = read_usage(project, packages(tmp_path))
    lines = list(explain(Decision(Fate.KEEP, ("b.py:1: import tensorflow",)), found, project))
    assert "in 2 Python files" in lines[0]
    assert "  a.py: none" in lines
    assert any(line.startswith("  b.py:1: import tensorflow") for line in lines)
    assert lines[-1].startswith("Decided: keep")


def test_models_are_found_by_what_they_are(tmp_path: Path) -> None:
    for path, text in {
        "a/wherry.json": '{"runtime": "onnx"}',
        "a/model.onnx": "",
        "b/saved_model.pb": "",
        "c.tflite": "",
        "d/wherry.json": "not JSON",
        "e/notes.txt": "",
    }.items():
        file = tmp_path / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text)
    assert read_servables(tmp_path) == (
        Servable("a", "onnx", bundled=True),
        Servable("b", "tensorflow", bundled=False),
        Servable("c.tflite", "litert", bundled=False),
    )
