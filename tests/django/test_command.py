"""``manage.py wherry``: the models from the command line."""

import json
from io import StringIO
from pathlib import Path

import numpy as np
import pytest
from django.core.management import CommandError, call_command
from django.test import override_settings

from tests.pitch import LITERT, ONNX, WINDOW
from wherry.django import get_model


def run(*arguments: str) -> str:
    out = StringIO()
    call_command("wherry", *arguments, stdout=out)
    return out.getvalue()


@override_settings(WHERRY={"MODELS": {"pitch": LITERT}})
def test_list_shows_names_and_signatures() -> None:
    """What a caller needs to know to ask."""
    assert run("list") == (
        "pitch  litert  version 1\n"
        "  serving_default: input_2 FP32[any, 43844, 1] -> contour FP32[any, 172, 264], "
        "note FP32[any, 172, 88], onset FP32[any, 172, 88]\n"
    )
    assert json.loads(run("list", "--json"))[0]["runtime"] == "litert"


@override_settings(WHERRY={"MODELS": {}})
def test_list_of_nothing_says_so() -> None:
    """Not an empty answer."""
    assert run("list") == "WHERRY names no model.\n"


def test_check_loads_each_model_and_counts_failures(tmp_path: Path) -> None:
    """One that fails is named and the exit is not 0; the other is still checked."""
    models = {"bad": tmp_path / "gone.onnx", "good": ONNX}
    err = StringIO()
    with override_settings(WHERRY={"MODELS": models}):
        with pytest.raises(CommandError, match="1 of 2 models cannot be served"):
            call_command("wherry", "check", stdout=(out := StringIO()), stderr=err)
    assert "bad: There is no model at" in err.getvalue()
    assert "good: whole, unchanged, loads in" in out.getvalue()


@pytest.mark.parametrize("suffix", ["json", "npy", "npz"])
@override_settings(WHERRY={"MODELS": {"pitch": LITERT}})
def test_predict_reads_json_and_numpy_files(tmp_path: Path, suffix: str) -> None:
    """The same numbers in three kinds of file give the same answer."""
    window = np.random.default_rng(3).normal(size=(1, WINDOW, 1)).astype(np.float32)
    path = tmp_path / f"window.{suffix}"
    if suffix == "json":
        path.write_text(json.dumps({"input_2": window.tolist()}))
    elif suffix == "npy":
        np.save(path, window)
    else:
        np.savez(path, input_2=window)
    answer = json.loads(run("predict", "pitch", str(path)))
    direct = get_model("pitch").predict(window)
    np.testing.assert_array_equal(np.array(answer["note"], np.float32), direct["note"])


@override_settings(WHERRY={"MODELS": {"pitch": LITERT}})
@pytest.mark.parametrize(
    ("name", "content", "words"),
    [
        ("x.json", b"[1, 2", "is neither JSON nor a numpy file"),
        ("x.npy", b"nothing", "is neither JSON nor a numpy file"),
        ("gone.json", None, "cannot be read: No such file or directory"),
        ("x.json", b"[[1, 2]]", "Input 'input_2' must be FP32 of shape"),
    ],
)
def test_predict_refuses_a_bad_file_with_a_sentence(
    tmp_path: Path, name: str, content: bytes | None, words: str
) -> None:
    """No traceback for a typing error."""
    if content is not None:
        (tmp_path / name).write_bytes(content)
    with pytest.raises(CommandError, match=words):
        run("predict", "pitch", str(tmp_path / name))


@override_settings(WHERRY={"MODELS": {"pitch": LITERT}})
def test_predict_does_not_unpickle(tmp_path: Path) -> None:
    """A .npy file may hold a pickle; it is refused."""
    np.save(tmp_path / "x.npy", np.array([{}], dtype=object), allow_pickle=True)
    with pytest.raises(CommandError, match="is neither JSON nor a numpy file"):
        run("predict", "pitch", str(tmp_path / "x.npy"))
