"""An inspection as text and as JSON."""

import json
from pathlib import Path

import pytest

from tests.inspection import building as build
from tests.pitch import LITERT, ONNX, SAVED_MODEL
from tests.tensorflow_libraries import SAVED_MODELS
from wherry.inspection.document import SCHEMA_VERSION, to_dict
from wherry.inspection.inspect import inspect
from wherry.inspection.text import text

KERAS = Path(__file__).parents[1] / "fixtures" / "keras"
MODELS = (
    *sorted(KERAS.glob("keras-*")),
    *(SAVED_MODELS / name for name in ("datatypes", "shapes", "tensorflow1", "unusable", "words")),
    LITERT,
    ONNX,
    SAVED_MODEL,
)


@pytest.mark.parametrize("path", MODELS, ids=lambda path: path.name)
def test_json_says_all_that_the_inspection_does(path: Path) -> None:
    """Every field, in what JSON holds, and the same again from its text."""
    found = inspect(path)
    document = to_dict(found)
    assert json.loads(json.dumps(document)) == document
    assert document["schema_version"] == SCHEMA_VERSION == 1
    assert document.keys() == {"schema_version", *found.__dataclass_fields__}
    assert document["weights"] == [
        {"datatype": w.datatype, "parameters": w.parameters, "bytes": w.bytes}
        for w in found.weights
    ]
    assert document["signatures"].keys() == found.signatures.keys()


@pytest.mark.parametrize("path", MODELS, ids=lambda path: path.name)
def test_text_names_what_was_found(path: Path) -> None:
    """Inputs, outputs, custom objects, reasons; no line ends in blanks."""
    found = inspect(path)
    lines = text(found).splitlines()
    shown = " ".join(text(found).split())
    assert str(path) in lines[0]
    for signature in found.signatures.values():
        assert signature.name in shown
        for spec in (*signature.inputs, *signature.outputs):
            assert f"{spec.name}: {spec.datatype}" in shown
    said = (*found.unsupported_signatures.values(), *found.custom_objects, *found.lambdas)
    for words in (*said, *found.notes, *(carrier.reason for carrier in found.carriers)):
        assert " ".join(words.split()) in shown
    assert not [line for line in lines[1:] if line != line.rstrip() or len(line) > 100]


def test_text_is_laid_out_as_this(tmp_path: Path) -> None:
    """A golden text."""
    config = build.sequential(
        {"class_name": "InputLayer", "config": {"name": "image", "batch_shape": [None, 8]}},
        build.keras3("Lambda", function={"class_name": "__lambda__", "config": {}}),
        build.keras3("Dense"),
    )
    path = build.h5(tmp_path / "model.h5", config, version="3.5.0")
    reason = (
        "carried by    litert     maybe It needs the code in its Lambda layers (lambda), which "
        "runs when it"
    )
    lines = text(inspect(path)).splitlines()
    assert lines[0] == f"{path} is a Keras HDF5 file (.h5)."
    assert lines[2].startswith("  size          ")
    assert lines[3:] == [
        "  written by    Keras 3.5.0",
        "  weights       none",
        "  signature     serving_default",
        "    input       image: FP32 [any, 8]",
        "    output      dense: FP32 of a shape that the file does not say",
        "  layers        InputLayer 1, Lambda 1, Dense 1",
        "  Lambda layers lambda",
        f"  {reason}",
        "                                 is loaded: --allow-lambda, if you trust the file.",
        "                onnx       maybe The same.",
        "                tensorflow maybe The same.",
    ]


def test_names_do_not_steer_the_terminal(tmp_path: Path) -> None:
    """A stranger chose them; a lone surrogate could not be printed at all."""
    layer = {"class_name": "\x1b[2JWave", "config": {"name": "\ud800", "trainable": True}}
    shown = text(inspect(build.h5(tmp_path / "model.h5", build.sequential(layer))))
    assert "\x1b" not in shown
    assert "\ufffd[2JWave" in shown
    shown.encode()
