"""Real models of a new and an old TensorFlow, through the whole of it.

The environments are made on the first run, which takes some minutes; see ``conftest.cache``.
"""

import dataclasses
import hashlib
import os
import subprocess
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from tests import pitch
from tests.shrink.conversion.inspections import keras_file
from wherry import runtimes
from wherry.dependencies.interpreters import find_python
from wherry.errors import ConversionFailed
from wherry.inspection.inspect import inspect
from wherry.runtimes.protocol import LoadOptions
from wherry.shrink.candidates import Candidate
from wherry.shrink.conversion.answering import answer
from wherry.shrink.conversion.environments import Environment
from wherry.shrink.conversion.export import export
from wherry.shrink.conversion.exported import Exported
from wherry.shrink.conversion.litert import to_litert
from wherry.shrink.conversion.onnx import to_onnx
from wherry.shrink.conversion.sources import converter_environment, source_environment
from wherry.shrink.records import Samples
from wherry.tensors import VARIABLE, Array, Signature, TensorSpec

_HERE = Path(__file__).parent
_WITH = _HERE / "layers_of_the_user.py"
_FIXTURES = _HERE.parents[1] / "fixtures"
_RANDOM = np.random.default_rng(7)


def _make(environment: Environment, folder: Path, *names: str) -> Path:
    settings = {"CUDA_VISIBLE_DEVICES": "-1", "TF_CPP_MIN_LOG_LEVEL": "3"}
    subprocess.run(
        [environment.python, "-B", _HERE / "make_models.py", folder, *names],
        check=True,
        capture_output=True,
        env=os.environ | settings,
    )
    return folder


@pytest.fixture(scope="module")
def new(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Models that the newest Keras 3 wrote, and a frozen graph."""
    kinds = ("functional", "recurrent", "custom", "text", "lambda", "open_sizes", "doubles")
    names = [f"{kind}.keras" for kind in kinds]
    folder = tmp_path_factory.mktemp("new")
    return _make(converter_environment(), folder, *names, "frozen.pb")


@pytest.fixture(scope="module")
def old(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Models that Keras 2 of TensorFlow 2.15 wrote."""
    environment = source_environment(keras_file("2.15.0")).environment
    names = [f"{kind}.h5" for kind in ("recurrent", "custom", "stateful")]
    return _make(environment, tmp_path_factory.mktemp("old"), *names)


def _draw(spec: TensorSpec, count: int) -> Array:
    assert spec.shape is not None
    shape = [count, *(9 if size == VARIABLE else size for size in spec.shape[1:])]
    if spec.datatype.numpy.kind in "iu":
        return _RANDOM.integers(0, 50, shape).astype(spec.datatype.numpy)
    return _RANDOM.normal(size=shape).astype(spec.datatype.numpy)


def _samples(signature: Signature, inputs: Mapping[str, Array]) -> Samples:
    return Samples(signature.name, inputs, None, synthetic=True, source="", sha256="")


def _original(exported: Exported, work: Path) -> tuple[dict[str, Array], dict[str, Array]]:
    signature = exported.signatures[exported.default_signature]
    inputs = {spec.name: _draw(spec, 5) for spec in signature.inputs}
    return inputs, answer(exported, _samples(signature, inputs), work)


def _run(candidate: Candidate, inputs: Mapping[str, Array]) -> dict[str, Array]:
    """Run a batch of 2, then one of 3: the batch axis must be open."""
    loaded = runtimes.load(candidate.kind.runtime, candidate.model, LoadOptions())
    name = next(iter(candidate.signatures))
    parts = [
        loaded.run(name, {key: np.ascontiguousarray(array[part]) for key, array in inputs.items()})
        for part in (slice(0, 2), slice(2, None))
    ]
    loaded.close()
    return {key: np.concatenate([part[key] for part in parts]) for key in parts[0]}


def _assert_same(answers: Mapping[str, Array], expected: Mapping[str, Array]) -> None:
    assert set(answers) == set(expected)
    for name, array in expected.items():
        error = np.abs(answers[name] - array).max()
        assert error < 1e-4 * np.ptp(array), name


@pytest.mark.parametrize(
    ("made_by", "name", "inputs", "outputs"),
    [
        ("new", "functional.keras", ["image", "numbers"], ["kind", "size"]),
        ("new", "recurrent.keras", ["ids"], ["scores"]),
        ("new", "open_sizes.keras", ["image"], ["large"]),
        ("old", "recurrent.h5", ["ids"], ["scores"]),
        ("old", "custom.h5", ["x"], ["y"]),
    ],
)
def test_a_keras_model_answers_alike_in_litert_and_onnx(
    made_by: str,
    name: str,
    inputs: list[str],
    outputs: list[str],
    request: pytest.FixtureRequest,
    tmp_path: Path,
    capfd: pytest.CaptureFixture[str],
) -> None:
    model = request.getfixturevalue(made_by) / name
    before = hashlib.sha256(model.read_bytes()).digest()
    capfd.readouterr()

    exported = export(inspect(model), tmp_path, with_files=[_WITH])
    samples, expected = _original(exported, tmp_path)

    assert capfd.readouterr() == ("", "")
    (signature,) = exported.signatures.values()
    assert [spec.name for spec in signature.inputs] == inputs
    assert [spec.name for spec in signature.outputs] == outputs
    assert signature.batched
    assert exported.notes == ()
    assert exported.versions["keras"].startswith("2.15" if made_by == "old" else "3.")
    for candidate in (to_litert(exported, tmp_path), to_onnx(exported, tmp_path)):
        assert candidate.signatures == exported.signatures
        _assert_same(_run(candidate, samples), expected)
        if name == "functional.keras":
            (weights,) = inspect(model).weights
            assert candidate.model.stat().st_size <= 1.02 * weights.bytes
    assert hashlib.sha256(model.read_bytes()).digest() == before


@pytest.mark.skipif(find_python("3.7") is None, reason="TensorFlow 1 needs Python 3.7")
def test_a_model_of_keras_1_answers_as_the_keras_that_wrote_it(tmp_path: Path) -> None:
    """Its Keras lives in a session of TensorFlow 1, and so does its original."""
    exported = export(inspect(_FIXTURES / "keras" / "keras-1.2.h5"), tmp_path)
    (signature,) = exported.signatures.values()
    kept = np.load(_HERE / "keras-1.2-answers.npz")
    inputs = {signature.inputs[0].name: kept["samples"]}
    expected = {signature.outputs[0].name: kept["answers"]}
    _assert_same(answer(exported, _samples(signature, inputs), tmp_path), expected)
    _assert_same(_run(to_litert(exported, tmp_path), inputs), expected)


def test_the_same_model_gives_the_same_bytes(old: Path, tmp_path: Path) -> None:
    seen = []
    for work in (tmp_path / "once", tmp_path / "twice"):
        exported = export(inspect(old / "recurrent.h5"), work)
        assert exported.saved_model is not None
        files = sorted(path for path in exported.saved_model.rglob("*") if path.is_file())
        files += [to_litert(exported, work).model, to_onnx(exported, work).model]
        seen.append([(path.name, hashlib.sha256(path.read_bytes()).digest()) for path in files])

    assert seen[0] == seen[1]


def test_a_model_of_text_answers_and_says_what_cannot_be_converted(
    new: Path, tmp_path: Path
) -> None:
    exported = export(inspect(new / "text.keras"), tmp_path)
    signature = exported.signatures["serving_default"]
    words = np.array([[b"a good film"], [b"very bad"]], object)

    answers = answer(exported, _samples(signature, {"words": words}), tmp_path)

    assert answers["kind"].shape == (2, 2)
    assert np.ptp(answers["kind"][:, 0]) > 0
    with pytest.raises(ConversionFailed, match=r"^LiteRT has no operator for tf\..*tf.StringLower"):
        to_litert(exported, tmp_path)
    with pytest.raises(
        ConversionFailed, match=r"^ONNX has no operator for .*\(a lookup table\)\.$"
    ):
        to_onnx(exported, tmp_path)


def test_code_in_a_file_is_refused_before_it_is_loaded(
    new: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    inspection = inspect(new / "lambda.keras")
    with monkeypatch.context() as patch:
        patch.setenv("WHERRY_CACHE", "/proc/none")  # no environment can be made

        with pytest.raises(ConversionFailed, match=r"the Lambda layer double\..*--allow-lambda"):
            export(inspection, tmp_path)

    unseen = dataclasses.replace(inspection, lambdas=())
    with pytest.raises(ConversionFailed):
        export(unseen, tmp_path)

    exported = export(inspection, tmp_path, allow_lambda=True)
    inputs, expected = _original(exported, tmp_path)
    assert np.allclose(expected["double"], inputs["x"] * 2)


def test_custom_objects_that_were_not_given(new: Path, old: Path, tmp_path: Path) -> None:
    with pytest.raises(ConversionFailed, match=r"(Scale|squash).*--with FILE\.py"):
        export(inspect(new / "custom.keras"), tmp_path)
    with pytest.raises(ConversionFailed, match=r"(Scale|squash).*--with FILE\.py"):
        export(inspect(old / "custom.h5"), tmp_path)


def test_what_was_64_bit_is_computed_in_32_bit_where_litert_cannot(
    new: Path, tmp_path: Path
) -> None:
    exported = export(inspect(new / "doubles.keras"), tmp_path)
    inputs, expected = _original(exported, tmp_path)

    candidate = to_litert(exported, tmp_path)

    assert expected["y"].dtype == np.float64
    assert candidate.notes == ("It computes in 32-bit floats what was 64-bit.",)
    assert candidate.signatures == exported.signatures
    _assert_same(_run(candidate, inputs), expected)


def test_a_stateful_model_begins_each_call_anew(old: Path, tmp_path: Path) -> None:
    exported = export(inspect(old / "stateful.h5"), tmp_path)
    (signature,) = exported.signatures.values()
    rows = np.repeat(_draw(signature.inputs[0], 1), 3, axis=0)

    singles = answer(exported, _samples(signature, {"rows": rows}), tmp_path)["last"]
    runs = answer(exported, _samples(signature, {"rows": rows[:, None]}), tmp_path)["last"]

    assert singles.shape == (3, 5)
    assert runs.shape == (3, 1, 5)
    assert (singles == singles[0]).all()
    assert (runs[:, 0] == singles).all()
    assert any("each call begins anew" in note for note in exported.notes)
    assert to_onnx(exported, tmp_path).signatures == exported.signatures


def test_a_frozen_graph(new: Path, tmp_path: Path) -> None:
    exported = export(inspect(new / "frozen.pb"), tmp_path)
    inputs, expected = _original(exported, tmp_path)

    _assert_same(_run(to_litert(exported, tmp_path), inputs), expected)
    _assert_same(_run(to_onnx(exported, tmp_path), inputs), expected)


def test_basic_pitch_which_the_object_loader_refuses(tmp_path: Path) -> None:
    exported = export(inspect(pitch.SAVED_MODEL), tmp_path)
    (spec,) = exported.signatures["serving_default"].inputs
    inputs = {spec.name: _draw(spec, 3) * 0.3}
    wheel = runtimes.load("litert", pitch.LITERT, LoadOptions())
    (name,) = wheel.signatures
    expected = wheel.run(name, inputs)

    for candidate in (to_litert(exported, tmp_path), to_onnx(exported, tmp_path)):
        (signature,) = candidate.signatures.values()
        assert {each.name for each in signature.outputs} == set(expected)
        _assert_same(_run(candidate, inputs), expected)


def test_a_model_of_tensorflow_1(tmp_path: Path) -> None:
    exported = export(inspect(_FIXTURES / "savedmodels" / "tensorflow1"), tmp_path)
    inputs, expected = _original(exported, tmp_path)

    _assert_same(_run(to_litert(exported, tmp_path), inputs), expected)
    with pytest.raises(ConversionFailed, match="an input and an output alike"):
        to_onnx(exported, tmp_path)


def test_of_several_signatures_those_are_kept_that_can_be(tmp_path: Path) -> None:
    exported = export(inspect(_FIXTURES / "savedmodels" / "layers"), tmp_path)

    candidate = to_litert(exported, tmp_path)

    assert list(candidate.signatures) == [exported.default_signature]
    (note,) = candidate.notes
    assert note.startswith("Only the signature serving_default is kept: ")


def test_a_signature_that_is_not_there(tmp_path: Path) -> None:
    inspection = inspect(_FIXTURES / "savedmodels" / "shapes")

    assert export(inspection, tmp_path, signature="scalars").default_signature == "scalars"
    with pytest.raises(ConversionFailed, match=r'no signature "other"; it has: any_rank, positive'):
        export(inspection, tmp_path, signature="other")
    (note,) = export(inspection, tmp_path).notes
    assert "the first is used. Choose another with --signature." in note


def test_a_tflite_file_stays_what_it_is(tmp_path: Path) -> None:
    model = pitch.LITERT
    exported = export(inspect(model), tmp_path)
    (spec,) = exported.signatures[exported.default_signature].inputs
    inputs: dict[str, Any] = {spec.name: _draw(spec, 3)}

    expected = answer(
        exported, _samples(exported.signatures[exported.default_signature], inputs), tmp_path
    )

    candidate = to_litert(exported, tmp_path)
    assert candidate.model == model
    _assert_same(_run(candidate, inputs), expected)
    with pytest.raises(ConversionFailed, match=r"A \.tflite file cannot be converted to ONNX here"):
        to_onnx(exported, tmp_path)
