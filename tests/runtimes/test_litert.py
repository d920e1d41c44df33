"""LiteRT: the files that TensorFlow's own converter wrote (fixtures/tflite/make.py)."""

import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from ai_edge_litert.interpreter import Interpreter

from tests.runtimes import tflite
from wherry.errors import BundleError, InvalidInput
from wherry.runtimes import load
from wherry.runtimes.protocol import LoadedModel, LoadOptions
from wherry.tensors import Array, Datatype, TensorSpec

FIXTURES = Path(__file__).parents[1] / "fixtures" / "tflite"


def opened(name: str) -> LoadedModel:
    """Load a fixture."""
    return load("litert", FIXTURES / f"{name}.tflite", LoadOptions())


def rows(count: int, seed: int = 0) -> Array:
    """Return float32 rows of 16 numbers."""
    return np.random.default_rng(seed).standard_normal((count, 16), np.float32)


def directly(name: str, signature: str, **inputs: Array) -> dict[str, Array]:
    """Run a fixture by LiteRT's own signature runner."""
    interpreter = Interpreter(str(FIXTURES / f"{name}.tflite"), num_threads=1)
    results: dict[str, Array] = interpreter.get_signature_runner(signature)(**inputs)
    return results


def test_a_signature_is_read_from_the_file() -> None:
    """Names, datatypes and shapes are those of the file, -1 for the batch."""
    (signature,) = opened("dense").signatures.values()
    assert signature.name == "serving_default"
    assert signature.inputs == (TensorSpec("x", Datatype.FP32, (-1, 16)),)
    assert signature.outputs == (TensorSpec("probabilities", Datatype.FP32, (-1, 4)),)
    assert signature.batched


@pytest.mark.parametrize("name", ["classify", "embed"])
def test_every_signature_answers_as_the_runtime_itself(name: str) -> None:
    """Bit for bit, at batch sizes that change and come back, also for a second subgraph."""
    model = opened("two_signatures")
    for count in (1, 5, 5, 2, 1):
        inputs = {"x": rows(count, count)}
        if name == "embed":
            inputs["scale"] = np.array(count, np.float32)
        ours = model.run(name, inputs)
        theirs = directly("two_signatures", name, **inputs)
        assert ours.keys() == theirs.keys()
        for output, array in theirs.items():
            assert ours[output].tobytes() == array.tobytes()
            assert ours[output].shape == array.shape


def test_signatures_may_be_called_in_turn() -> None:
    """One signature's batch size is not the other's."""
    model = opened("two_signatures")
    first = model.run("classify", {"x": rows(3)})
    model.run("embed", {"x": rows(7), "scale": np.array(2, np.float32)})
    again = model.run("classify", {"x": rows(3)})
    assert np.array_equal(first["probabilities"], again["probabilities"])


def test_a_file_without_signatures_gets_one_of_its_tensors() -> None:
    """It is named serving_default and its tensors lose the converter's decorations."""
    model = opened("no_signature")
    (signature,) = model.signatures.values()
    assert signature.name == "serving_default"
    assert [spec.name for spec in signature.inputs] == ["x"]
    ours = model.run("serving_default", {"x": rows(2)})["Identity"]
    theirs = directly("dense", "serving_default", x=rows(2))["probabilities"]
    assert ours.tobytes() == theirs.tobytes()


def test_outputs_belong_to_the_caller() -> None:
    """A later run, of another size too, changes no earlier answer."""
    model = opened("dense")
    first = model.run("serving_default", {"x": rows(2)})["probabilities"]
    kept = first.copy()
    model.run("serving_default", {"x": rows(2, seed=9)})
    model.run("serving_default", {"x": rows(6, seed=8)})
    assert np.array_equal(first, kept)
    assert first.flags.owndata


@pytest.mark.parametrize("kind", ["int8", "uint8"])
def test_a_quantized_model_takes_and_gives_real_numbers(kind: str) -> None:
    """FP32 outside; inside the integers that LiteRT is given by hand, bit for bit."""
    model = opened(f"dense_{kind}")
    (signature,) = model.signatures.values()
    assert signature.inputs[0].datatype is signature.outputs[0].datatype is Datatype.FP32
    interpreter = Interpreter(str(FIXTURES / f"dense_{kind}.tflite"), num_threads=1)
    scale, zero = interpreter.get_input_details()[0]["quantization"]
    out_scale, out_zero = interpreter.get_output_details()[0]["quantization"]
    limits = np.iinfo(kind)
    integers = np.random.default_rng(2).integers(limits.min, limits.max, (4, 16))
    real = ((integers - zero) * np.float32(scale)).astype(np.float32)
    theirs = directly(f"dense_{kind}", "serving_default", x=integers.astype(kind))["probabilities"]
    expected = (theirs.astype(np.int32) - out_zero) * np.float32(out_scale)
    ours = model.run("serving_default", {"x": real})["probabilities"]
    assert ours.dtype == np.float32
    assert np.ptp(ours) > 0.1
    assert np.array_equal(ours, expected.astype(np.float32))


def test_numbers_beyond_a_quantized_range_are_clamped_and_nan_is_refused() -> None:
    """Infinity is the range's end; NaN has no integer."""
    model = opened("dense_int8")
    far = np.full((1, 16), np.inf, np.float32)
    huge = np.full((1, 16), 1e30, np.float32)
    answers = [model.run("serving_default", {"x": x})["probabilities"] for x in (far, huge)]
    assert np.array_equal(*answers)
    with pytest.raises(InvalidInput, match="NaN"):
        model.run("serving_default", {"x": np.full((1, 16), np.nan, np.float32)})


def test_integers_without_a_scale_stay_integers() -> None:
    """Bool, int64 and uint8 pass exactly, however large."""
    model = opened("datatypes")
    inputs = {
        "flag": np.array([True, False]),
        "i64": np.array([2**60 + 1, -7]),
        "u8": np.array([255, 0], np.uint8),
    }
    answer = model.run("serving_default", inputs)
    assert answer["not"].tolist() == [False, True]
    assert answer["i64"].tolist() == [2**61 + 2, -14]
    assert answer["u8"].tolist() == [255, 0]
    assert answer["u8"].dtype == np.uint8


def test_strings_pass_in_both_directions() -> None:
    """Any bytes, not only text, and of any length."""
    words = [b"one", b"\xff\xfe\0z", b"", b"x" * 10_000]
    given = {"rows": np.array(words, object), "index": np.array([3, 1, 2], np.int32)}
    picked = opened("strings").run("serving_default", given)["picked"]
    assert picked.dtype == object
    assert picked.tolist() == [words[3], words[1], words[2]]


def test_a_recurrent_model_forgets_between_requests() -> None:
    """LiteRT's LSTM kernel would begin with the state that the last request left."""
    model = opened("recurrent")
    inputs = {"x": np.random.default_rng(3).standard_normal((1, 5, 3), np.float32)}
    first = model.run("serving_default", inputs)["output_0"]
    assert np.abs(first).max() > 0.01
    for _ in range(3):
        assert np.array_equal(model.run("serving_default", inputs)["output_0"], first)


def test_an_index_out_of_range_is_the_inputs_fault_and_leaves_no_trace() -> None:
    """One sentence that names the operator; the next answers are right."""
    model = opened("strings")
    good = {"rows": np.array([b"a", b"b"], object), "index": np.array([1], np.int32)}
    for wrong in ([5], [-3]):
        bad = {"rows": np.array([b"a"], object), "index": np.array(wrong, np.int32)}
        with pytest.raises(InvalidInput, match=r"out of bounds \(operator GATHER\)\.$") as caught:
            model.run("serving_default", bad)
        assert "\n" not in str(caught.value)
        assert ".cc" not in str(caught.value)
        assert model.run("serving_default", good)["picked"].tolist() == [b"b"]


def test_shapes_that_cannot_be_are_refused_and_leave_no_trace() -> None:
    """A wrong inner size, an empty batch; the next answer is right."""
    model = opened("dense")
    expected = model.run("serving_default", {"x": rows(2)})["probabilities"]
    for shape in ((2, 17), (0, 16)):
        with pytest.raises(InvalidInput):
            model.run("serving_default", {"x": np.zeros(shape, np.float32)})
        answer = model.run("serving_default", {"x": rows(2)})["probabilities"]
        assert np.array_equal(answer, expected)


def test_failures_do_not_pile_up(monkeypatch: pytest.MonkeyPatch) -> None:
    """LiteRT keeps the messages of all failures; the model is opened anew before they weigh."""
    monkeypatch.setattr("wherry.runtimes.litert.interpreter._MESSAGE_CHARACTERS", 2000)
    model = opened("strings")
    bad = {"rows": np.array([b"a"], object), "index": np.array([5], np.int32)}
    longest = 0
    for _ in range(100):
        with pytest.raises(InvalidInput) as caught:
            model.run("serving_default", bad)
        longest = max(longest, len(str(caught.value.__cause__)))
    assert longest < 3000
    good = {"rows": np.array([b"a"], object), "index": np.array([0], np.int32)}
    assert model.run("serving_default", good)["picked"].tolist() == [b"a"]


def test_a_batch_fixed_in_the_file_stays_fixed(tmp_path: Path) -> None:
    """LiteRT could resize it, but the file does not say that the model means it."""
    model = load("litert", tflite.dense(tmp_path / "m.tflite", (4, 3), batch=2), LoadOptions())
    (signature,) = model.signatures.values()
    assert signature.inputs[0].shape == (2, 4)
    assert not signature.batched


def test_operators_of_tensorflow_are_named_with_a_way_out() -> None:
    """A file that needs TensorFlow's or a custom operator is refused at load."""
    with pytest.raises(BundleError, match=r'TensorFlow .* "tensorflow" runtime'):
        opened("needs_tensorflow")
    with pytest.raises(BundleError, match='custom operator "Betainc"'):
        opened("needs_custom")


@pytest.mark.parametrize("content", [b"", b"x", b"version https://git-lfs", None])
def test_what_is_not_a_model_is_refused(tmp_path: Path, content: bytes | None) -> None:
    """Empty, foreign and truncated files."""
    if content is None:
        content = (FIXTURES / "dense.tflite").read_bytes()[:-700]
    (tmp_path / "m.tflite").write_bytes(content)
    with pytest.raises(BundleError, match=r"m\.tflite cannot be loaded by LiteRT"):
        load("litert", tmp_path / "m.tflite", LoadOptions())


def test_damaged_files_never_end_the_process(tmp_path: Path) -> None:
    """Every 50th byte flipped in turn: an answer or a sentence, in a process of its own."""
    program = """
import sys
from pathlib import Path
import numpy as np
from wherry.errors import WherryError
from wherry.runtimes import load
from wherry.runtimes.protocol import LoadOptions
content, target = Path(sys.argv[1]).read_bytes(), Path(sys.argv[2])
for place in range(0, len(content), 50):
    target.write_bytes(content[:place] + bytes([content[place] ^ 0x40]) + content[place + 1:])
    try:
        load("litert", target, LoadOptions())
    except WherryError as error:
        assert "\\n" not in str(error), error
print("alive")
"""
    done = subprocess.run(
        [sys.executable, "-c", program, FIXTURES / "dense.tflite", tmp_path / "m.tflite"],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.stdout.strip() == "alive", done.stderr[-2000:]


def test_trimming_changes_no_answer() -> None:
    """Dropped pages of the file are read again where they are needed."""
    model = opened("dense")
    before = model.run("serving_default", {"x": rows(3)})["probabilities"]
    model.trim()
    assert np.array_equal(model.run("serving_default", {"x": rows(3)})["probabilities"], before)


def test_closing_gives_the_file_back() -> None:
    """No descriptor stays open."""
    before = len(list(Path("/dev/fd").iterdir()))
    opened("dense").close()
    assert len(list(Path("/dev/fd").iterdir())) == before
