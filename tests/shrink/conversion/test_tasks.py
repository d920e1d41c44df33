"""The parts of the tasks that need no TensorFlow."""

import ast
import json
import zipfile
from pathlib import Path
from typing import Any

import h5py
import numpy as np
import pytest

from wherry.shrink.conversion.scripts import wherry_tasks
from wherry.shrink.conversion.scripts.wherry_tasks import answering
from wherry.shrink.conversion.scripts.wherry_tasks.custom_objects import load_custom_objects
from wherry.shrink.conversion.scripts.wherry_tasks.names import identifiers
from wherry.shrink.conversion.scripts.wherry_tasks.task import Refused
from wherry.shrink.conversion.scripts.wherry_tasks.tensor_files import (
    TensorWriter,
    read_tensors,
    write_tensors,
)
from wherry.shrink.conversion.scripts.wherry_tasks.untrusted import check_modules

# Of the folder itself: what lies in folders below has Pythons of its own.
_TASKS = sorted(Path(wherry_tasks.__file__).parent.glob("*.py"))


@pytest.mark.parametrize("path", _TASKS, ids=lambda path: path.stem)
def test_tasks_run_on_old_pythons_and_without_wherry(path: Path) -> None:
    tree = ast.parse(path.read_text(encoding="utf-8"), feature_version=(3, 7))

    imported = {
        alias.name
        for node in ast.walk(tree)
        if isinstance(node, ast.Import)
        for alias in node.names
    } | {node.module or "" for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)}
    assert not any(name.split(".")[0] == "wherry" for name in imported)
    assert not any(isinstance(node, ast.NamedExpr) for node in ast.walk(tree))


def _texts(*items: bytes) -> Any:
    array = np.empty(len(items), object)
    array[:] = items
    return array


@pytest.mark.parametrize(
    "array",
    [
        np.arange(6, dtype=np.float32).reshape(2, 3),
        np.zeros((0, 4), np.int64),
        np.zeros((3, 0), np.int8),
        np.array(7, np.int32),
        np.asfortranarray(np.arange(6.0).reshape(2, 3)),
        np.arange(40_000, dtype=np.float64),
        np.array([True, False]),
        np.array([1 + 2j], np.complex64),
        _texts(b"", b"with a zero at the end\0", "ä".encode(), b"\xff"),
        _texts(b"a", b"b", b"c", b"d").reshape(2, 2),
    ],
    ids=lambda array: f"{array.dtype}{list(array.shape)}",
)
def test_arrays_come_back_as_they_were(array: Any, tmp_path: Path) -> None:
    write_tensors(tmp_path / "t", {"first": np.zeros(2), "the/name: of it": array})

    back = read_tensors(tmp_path / "t")

    assert list(back) == ["first", "the/name: of it"]
    found = back["the/name: of it"]
    assert found.dtype == array.dtype
    assert found.shape == array.shape
    assert (found == array).all()


def test_arrays_that_come_in_parts(tmp_path: Path) -> None:
    with TensorWriter(tmp_path / "t") as writer:
        for start in range(0, 6, 2):
            writer.add("n", np.arange(start, start + 2, dtype=np.int16)[:, np.newaxis], 6)
            writer.add("s", _texts(b"x", str(start).encode()), 6)
        with pytest.raises(ValueError, match=r"\[1\] and \[2\]"):
            writer.add("n", np.zeros((2, 2), np.int16), 6)

    back = read_tensors(tmp_path / "t")

    assert back["n"].ravel().tolist() == list(range(6))
    assert back["s"].tolist() == [b"x", b"0", b"x", b"2", b"x", b"4"]


def _answer(tmp_path: Path, inputs: dict[str, Any], call: Any, mode: str = "batch") -> Any:
    write_tensors(tmp_path / "samples", inputs)
    samples, answers = str(tmp_path / "samples"), str(tmp_path / "answers")
    answering.answer(samples, answers, mode, call)
    return read_tensors(tmp_path / "answers")


def test_large_samples_are_run_a_few_at_a_time(tmp_path: Path) -> None:
    sizes = []

    def call(arrays: dict[str, Any]) -> dict[str, Any]:
        sizes.append(len(arrays["x"]))
        return {"y": arrays["x"].sum(axis=1)}

    samples = np.arange(5 * 300_000, dtype=np.float32).reshape(5, 300_000)

    answers = _answer(tmp_path, {"x": samples}, call)

    assert sizes == [3, 2]
    assert answers["y"].tolist() == samples.sum(axis=1).tolist()


def test_without_a_batch_axis_each_sample_is_a_run(tmp_path: Path) -> None:
    def call(arrays: dict[str, Any]) -> dict[str, Any]:
        assert arrays["x"].shape == (3,)
        return {"y": arrays["x"] * 2, "name": b"end\0"}

    answers = _answer(tmp_path, {"x": np.ones((4, 3))}, call, "run")

    assert answers["y"].shape == (4, 3)
    assert answers["name"].tolist() == [b"end\0"] * 4


def test_a_batch_axis_of_one_takes_one_sample_at_a_time(tmp_path: Path) -> None:
    def call(arrays: dict[str, Any]) -> dict[str, Any]:
        assert arrays["x"].shape == (1, 3)
        return {"y": arrays["x"] * 2}

    assert _answer(tmp_path, {"x": np.ones((4, 3))}, call, "single")["y"].shape == (4, 3)


@pytest.mark.parametrize(
    ("call", "sentence"),
    [
        (lambda _: {"y": np.zeros(1)}, "it has no axis of samples"),
        (lambda arrays: {"y": np.zeros((128, int(arrays["x"][0, 0])))}, "has another shape for"),
    ],
)
def test_answers_that_cannot_be_compared(call: Any, sentence: str, tmp_path: Path) -> None:
    samples = np.repeat([[1.0], [2.0]], 128, axis=0)

    with pytest.raises(Refused, match=sentence):
        _answer(tmp_path, {"x": samples}, call)


@pytest.mark.parametrize(
    ("given", "names"),
    [
        (["image", "ids"], ["image", "ids"]),
        (["a/x:0", "b-y"], ["a_x_0", "b_y"]),
        (["x", "x", "x_1"], ["x", "x_1", "x_1_1"]),
        (["1st", "_hidden", "class", "ü"], ["input_1st", "input_hidden", "input_class", "input"]),
    ],
)
def test_names_of_signatures(given: list[str], names: list[str]) -> None:
    assert identifiers(given, "input") == names


def _keras_file(folder: Path, layer: dict[str, Any]) -> Path:
    path = folder / "model.keras"
    config = {"module": "keras", "class_name": "Sequential", "config": {"layers": [layer]}}
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("config.json", json.dumps(config))
    return path


_HOSTILE = [
    {"module": "os", "class_name": "function", "config": "system", "registered_name": "function"},
    {"module": "builtins", "class_name": "function", "config": "exec"},
    {"module": "keras.utils", "class_name": "function", "config": "get_file"},
    {"module": "keras.src.saving.saving_lib", "class_name": "function", "config": "load_model"},
    {"module": "subprocess", "class_name": "Popen", "config": {"args": ["true"]}},
    {"module": "kerasnot", "class_name": "Dense", "config": {}},
]


@pytest.mark.parametrize("entry", _HOSTILE, ids=lambda entry: entry["module"])
@pytest.mark.parametrize("kind", ["keras", "h5"])
def test_a_file_that_names_foreign_code_is_refused(
    entry: dict[str, Any], kind: str, tmp_path: Path
) -> None:
    layer = {"module": "keras.layers", "class_name": "Dense", "config": {"activation": entry}}
    path = _keras_file(tmp_path, layer)
    if kind == "h5":
        path = tmp_path / "model.h5"
        with h5py.File(path, "w") as file:
            file.attrs["model_config"] = json.dumps({"class_name": "Sequential", "config": layer})

    with pytest.raises(Refused, match=r"is no part of Keras.*--with FILE\.py"):
        check_modules(path, {})


@pytest.mark.parametrize(
    "layer",
    [
        {"module": "keras.layers", "class_name": "Dense", "config": {"units": 3}},
        {"module": "keras.src.layers.core", "class_name": "Dense", "config": {}},
        {"module": "my_layers", "class_name": "Scale", "registered_name": "mine>Scale"},
        {"module": "my_layers", "class_name": "function", "config": "squash"},
        {"module": "builtins", "class_name": "__tuple__", "items": [1]},
        {"class_name": "Anything", "config": {"name": "as Keras 2 writes it"}},
    ],
    ids=str,
)
def test_keras_itself_and_what_the_user_gave_pass(layer: dict[str, Any], tmp_path: Path) -> None:
    check_modules(_keras_file(tmp_path, layer), {"Scale": object, "squash": object})


def test_public_classes_and_functions_of_the_users_file_are_offered(tmp_path: Path) -> None:
    (tmp_path / "neighbour.py").write_text("FACTOR = 2\n")
    file = tmp_path / "layers_of_mine.py"
    file.write_text(
        "from pathlib import Path\nfrom neighbour import FACTOR\n"
        "class Scale: pass\ndef squash(x): return x * FACTOR\ndef _private(): pass\n"
    )

    found = load_custom_objects([str(file)])

    assert sorted(found) == ["Scale", "squash"]
    assert found["squash"](3) == 6


def test_a_file_of_the_user_that_fails(tmp_path: Path) -> None:
    file = tmp_path / "broken_of_mine.py"
    file.write_text("1 / 0\n")

    with pytest.raises(Refused, match=r"broken_of_mine\.py failed: ZeroDivisionError"):
        load_custom_objects([str(file)])
