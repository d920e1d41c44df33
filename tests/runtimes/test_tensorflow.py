"""SavedModels through TensorFlow's C library, in this process."""

import shutil
import threading
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from tests.pitch import LITERT, ONNX, SAVED_MODEL, WINDOW
from tests.tensorflow_libraries import SAVED_MODELS, libraries
from wherry.errors import BundleError, ExecutionFailed, InvalidInput
from wherry.runtimes import load
from wherry.runtimes.protocol import LoadedModel, LoadOptions
from wherry.tensors import Array, Datatype

EXTREMES: dict[Datatype, list[object]] = {
    Datatype.BOOL: [True, False],
    Datatype.BYTES: [b"", b"\0\xff", "Grüße".encode(), b"a" * 22, b"b" * 23, b"c" * 100_000],
    Datatype.BF16: [0.0, -1.5, 3.0e38, float("inf")],
    Datatype.FP16: [0.0, -1.5, 65504.0, float("-inf")],
    Datatype.FP32: [0.0, -1.5, 1e-45, float("inf")],
    Datatype.FP64: [0.0, -1.5, 5e-324, float("inf")],
    Datatype.COMPLEX64: [0, 1 - 2j, 1e30j, -1],
    Datatype.COMPLEX128: [0, 1 - 2j, 1e300j, -1],
}


@pytest.fixture(autouse=True)
def _libraries(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WHERRY_TENSORFLOW", str(libraries()))


@pytest.fixture
def model(request: pytest.FixtureRequest) -> Iterator[LoadedModel]:
    """Load the small SavedModel that the test names."""
    loaded = load("tensorflow", SAVED_MODELS / request.param, LoadOptions(threads=2))
    yield loaded
    loaded.close()


def uses(name: str) -> pytest.MarkDecorator:
    return pytest.mark.parametrize("model", [name], indirect=True)


def strings(*items: bytes) -> Array:
    array = np.empty(len(items), object)
    array[:] = items
    return array


def sample(datatype: Datatype) -> Array:
    """Return an array [n, 2] with the values at a datatype's edges."""
    if datatype in EXTREMES:
        values = EXTREMES[datatype]
    else:
        limits = np.iinfo(datatype.numpy)
        values = [limits.min, limits.max, 0, 1]
    array = np.empty(len(values), datatype.numpy)
    array[:] = values
    if datatype is Datatype.BF16:
        array = (array.view(np.uint32) & np.uint32(0xFFFF0000)).view(np.float32)
    return array.reshape(-1, 2)


@uses("datatypes")
@pytest.mark.parametrize("datatype", Datatype)
def test_values_of_every_datatype_pass_both_ways(model: LoadedModel, datatype: Datatype) -> None:
    """Exactly, at the edges of their ranges: y is x twice."""
    (name,) = [
        name for name, each in model.signatures.items() if each.inputs[0].datatype is datatype
    ]
    x = sample(datatype)
    y = model.run(name, {"x": x})["y"]
    assert y.dtype == datatype.numpy
    np.testing.assert_array_equal(y, np.concatenate([x, x]))


@uses("datatypes")
@pytest.mark.parametrize("datatype", Datatype)
def test_arrays_without_items_pass_both_ways(model: LoadedModel, datatype: Datatype) -> None:
    """An empty batch is an answer with an empty batch."""
    (name,) = [
        name for name, each in model.signatures.items() if each.inputs[0].datatype is datatype
    ]
    y = model.run(name, {"x": np.empty((0, 2), datatype.numpy)})["y"]
    assert y.shape == (0, 2)
    assert y.dtype == datatype.numpy


@uses("datatypes")
def test_bfloat16_inputs_are_rounded_to_the_nearest(model: LoadedModel) -> None:
    """float32 in, the nearest bfloat16 reaches the model."""
    y = model.run("bfloat16", {"x": np.array([[1.001, 1.005]], np.float32)})["y"]
    np.testing.assert_array_equal(y[0], np.array([1.0, 1.0078125], np.float32))


@uses("words")
def test_tables_and_assets_are_initialised(model: LoadedModel) -> None:
    """A vocabulary file and a table of strings, looked up with strings."""
    words = strings(b"Django", b"flask", b"HEROKU")
    answer = model.run("serving_default", {"words": words})
    assert answer["ids"].tolist() == [1, -1, 0]
    assert answer["kinds"].tolist() == [b"web", b"unknown", b"host"]
    assert answer["joined"].item() == b"Django flask HEROKU"


@uses("words")
def test_ten_thousand_strings_pass_both_ways(model: LoadedModel) -> None:
    """Short ones live inside TF_TString, long ones beside it."""
    words = strings(*(b"w" * (number % 60) for number in range(10_000)))
    joined = model.run("serving_default", {"words": words})["joined"].item()
    assert joined.split(b" ") == words.tolist()


@uses("words")
def test_input_of_text_instead_of_bytes_is_refused(model: LoadedModel) -> None:
    """Also None, which C would read as an absent string."""
    for item in ("text", None, 3):
        with pytest.raises(InvalidInput, match="must hold bytes"):
            model.run("parse", {"numbers": np.array([b"1", item], object)})
    assert model.run("parse", {"numbers": strings(b"1")})["values"].tolist() == [1.0]


@uses("shapes")
def test_any_rank_is_taken_where_the_model_leaves_it_open(model: LoadedModel) -> None:
    """From a scalar to six axes."""
    for shape in [(), (3,), (1, 2, 1, 2, 1, 2)]:
        answer = model.run("any_rank", {"x": np.ones(shape, np.float32)})
        assert answer["shape"].tolist() == list(shape)
        assert answer["doubled"].shape == shape


@uses("shapes")
def test_scalars_pass_both_ways(model: LoadedModel) -> None:
    """Of numbers and of strings; two inputs arrive under their own names."""
    answer = model.run("scalars", {"b": np.array(b"hi", object), "a": np.array(1, np.float32)})
    assert answer["a"].shape == ()
    assert answer["a"] == 2.0
    assert answer["b"].item() == b"hi!"


@uses("tensorflow1")
def test_tensorflow_1_model_answers(model: LoadedModel) -> None:
    """Reference variables, a main operation, an input that is an output, one tensor named twice."""
    x = np.arange(6, dtype=np.float32).reshape(2, 3)
    answer = model.run("serving_default", {"x": x})
    assert list(answer) == ["again", "x", "y"]
    np.testing.assert_array_equal(answer["y"], [[8.0], [26.0]])
    np.testing.assert_array_equal(answer["again"], answer["y"])
    np.testing.assert_array_equal(answer["x"], x)
    assert not np.shares_memory(answer["x"], x)
    assert model.run("words", {"word": strings(b"b", b"c")})["id"].tolist() == [2, -1]


@uses("state")
def test_arrays_given_and_returned_stay_the_callers(model: LoadedModel) -> None:
    """A variable keeps what it was given, whatever the caller then does with the arrays."""
    x = np.arange(16, dtype=np.float32)
    kept = model.run("keep", {"x": x})["kept"]
    before = model.run("recall", {})
    x[:] = -1
    kept[:] = -2
    before["weights"][:] = -3
    before["kept"][:] = -4
    after = model.run("recall", {})
    np.testing.assert_array_equal(after["kept"], np.arange(16))
    np.testing.assert_array_equal(after["weights"], np.arange(16))


@uses("state")
def test_strings_that_a_model_keeps_outlive_the_call(model: LoadedModel) -> None:
    """TensorFlow holds on to the input's memory; Python must too, and free it at last."""
    for round_number in range(50):
        names = strings(*(b"%d-" % round_number + b"n" * 40 for _ in range(100)))
        model.run("keep_names", {"names": names})
    assert model.run("recall", {})["names"].tolist() == names.tolist()


@uses("refusals")
@pytest.mark.parametrize(
    ("signature", "inputs", "said"),
    [
        (
            "embed",
            {"indices": np.array([1, 99], np.int32)},
            "The model refused these values: indices[1] = 99 is not in [0, 10).",
        ),
        (
            "positive_only",
            {"x": np.array([1, -1], np.float32)},
            "The model refused these values: assertion failed: [every x must be positive.",
        ),
    ],
)
def test_values_that_the_model_refuses_are_invalid_input(
    model: LoadedModel, signature: str, inputs: dict[str, Array], said: str
) -> None:
    """One sentence of TensorFlow's, no nodes, no trace; the next answer is right again."""
    with pytest.raises(InvalidInput) as caught:
        model.run(signature, inputs)
    message = str(caught.value)
    assert message.startswith(said)
    assert "{{node" not in message
    assert "\n" not in message
    assert model.run("embed", {"indices": np.array([1], np.int32)})["vectors"].shape == (1, 4)


@uses("refusals")
def test_failure_that_is_not_the_inputs_fault_is_a_failed_execution(model: LoadedModel) -> None:
    """A file that the model itself looks for is not there."""
    with pytest.raises(ExecutionFailed, match=r"No such file or directory\.$"):
        model.run("read_file", {"path": np.array(b"no/such/file", object)})


@uses("words")
def test_unknown_signature_names_those_there_are(model: LoadedModel) -> None:
    """And a signature that cannot be served says why."""
    with pytest.raises(InvalidInput, match="It has: parse, serving_default"):
        model.run("nothing", {})


@uses("layers")
def test_many_threads_get_their_own_answers(model: LoadedModel) -> None:
    """Eight callers with distinct images on one session."""
    assert model.concurrent
    images = np.random.default_rng(5).random((8, 1, 32, 32, 3), np.float32)
    alone = [model.run("serving_default", {"image": image})["probabilities"] for image in images]
    wrong: list[int] = []

    def ask(number: int) -> None:
        for _ in range(20):
            answer = model.run("serving_default", {"image": images[number]})
            if not np.array_equal(answer["probabilities"], alone[number]):
                wrong.append(number)

    threads = [threading.Thread(target=ask, args=(number,)) for number in range(len(images))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len({answer.tobytes() for answer in alone}) == len(images)
    assert wrong == []


def test_model_closed_while_it_runs_answers_or_says_so() -> None:
    """Closing waits for the runs under way; later ones are refused."""
    model = load("tensorflow", SAVED_MODELS / "layers", LoadOptions(threads=2))
    image = np.ones((64, 32, 32, 3), np.float32)
    started = threading.Event()
    ends: list[str] = []

    def ask() -> None:
        try:
            while True:
                model.run("serving_default", {"image": image})
                started.set()
        except ExecutionFailed as error:
            ends.append(str(error))

    threads = [threading.Thread(target=ask) for _ in range(4)]
    for thread in threads:
        thread.start()
    assert started.wait(30)
    model.close()
    for thread in threads:
        thread.join(30)
    assert ends == ["The model has been closed."] * 4
    model.close()


def test_changed_weights_are_refused(tmp_path: Path) -> None:
    """TensorFlow's own checksum of each variable."""
    folder = Path(shutil.copytree(SAVED_MODELS / "keras", tmp_path / "keras"))
    (shard,) = folder.glob("variables/variables.data-*")
    content = bytearray(shard.read_bytes())
    content[40] ^= 1
    shard.write_bytes(content)
    with pytest.raises(BundleError, match=r"cannot load .*[Cc]hecksum"):
        load("tensorflow", folder, LoadOptions())


def test_truncated_weights_are_refused(tmp_path: Path) -> None:
    """A shard that a full disk cut short."""
    folder = Path(shutil.copytree(SAVED_MODELS / "keras", tmp_path / "keras"))
    (shard,) = folder.glob("variables/variables.data-*")
    shard.write_bytes(shard.read_bytes()[:100])
    with pytest.raises(BundleError, match="cannot load"):
        load("tensorflow", folder, LoadOptions())


def test_operation_that_tensorflow_does_not_have_is_named(tmp_path: Path) -> None:
    """A custom operation, say of TensorFlow Text."""
    folder = Path(shutil.copytree(SAVED_MODELS / "words", tmp_path / "words"))
    graph = folder / "saved_model.pb"
    graph.write_bytes(graph.read_bytes().replace(b"StringToNumber", b"StringToWonder"))
    with pytest.raises(BundleError, match="Op type not registered 'StringToWonder'"):
        load("tensorflow", folder, LoadOptions())


def test_signature_of_a_tensor_that_the_graph_lacks_is_refused(tmp_path: Path) -> None:
    """The signature and the graph come from different saves."""
    folder = Path(shutil.copytree(SAVED_MODELS / "keras", tmp_path / "keras"))
    graph = folder / "saved_model.pb"
    named = b"serving_default_features:0"
    content = graph.read_bytes()
    assert named in content
    graph.write_bytes(content.replace(named, named.replace(b"features", b"festures")))
    with pytest.raises(BundleError, match="serving_default_festures:0"):
        load("tensorflow", folder, LoadOptions())


def windows() -> Array:
    """Return three windows of a synthesised melody, float32 [3, 43844, 1] at 22,050 Hz."""
    rng = np.random.default_rng(11)
    time_s = np.arange(WINDOW) / 22050
    made = []
    for pitches in ([60, 64], [69, 45, 57], [72]):
        sound = sum(
            np.sin(2 * np.pi * 440 * 2 ** ((pitch - 69) / 12) * overtone * time_s) / overtone**1.5
            for pitch in pitches
            for overtone in (1, 2, 3, 4)
        )
        beats = np.exp(-4 * (time_s % 0.5))
        made.append(0.2 * sound * beats + 0.003 * rng.standard_normal(WINDOW))
    return np.array(made, np.float32)[:, :, None]


def test_basic_pitch_agrees_with_its_published_tflite_and_onnx_files() -> None:
    """Within 1e-5, on the SavedModel that Python TensorFlow 2.21 cannot load."""
    audio = windows()
    model = load("tensorflow", SAVED_MODEL, LoadOptions(threads=2))
    answer = model.run("serving_default", {"input_2": audio})
    model.close()
    assert {name: array.shape for name, array in answer.items()} == {
        "contour": (3, 172, 264),
        "note": (3, 172, 88),
        "onset": (3, 172, 88),
    }
    for runtime, path in (("litert", LITERT), ("onnx", ONNX)):
        other = load(runtime, path, LoadOptions(threads=2))
        (signature,) = other.signatures.values()
        theirs = other.run(signature.name, {signature.inputs[0].name: audio})
        order = ("contour", "note", "onset")
        if runtime == "onnx":
            theirs = {name: theirs[f"StatefulPartitionedCall:{n}"] for n, name in enumerate(order)}
        for name in order:
            assert np.ptp(answer[name]) > 0.1
            np.testing.assert_allclose(answer[name], theirs[name], rtol=0, atol=1e-5)
