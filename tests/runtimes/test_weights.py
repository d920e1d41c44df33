"""Weights held once: real caches, made by real processes."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from tests import zoo
from tests.runtimes import tflite
from wherry.runtimes import litert, load
from wherry.runtimes.protocol import LoadedModel, LoadOptions
from wherry.runtimes.weights import cache
from wherry.runtimes.weights.cache import MINIMUM_BYTES, entry_name, read_samples, write_samples
from wherry.tensors import Array

SIZES = (2304, 2304)
RUNTIMES = {"litert": tflite.dense, "onnx": zoo.dense}


def write(runtime: str, folder: Path, *, seed: int = 0) -> Path:
    """Write a dense model of 21 MB, just over what is shared."""
    builder: Callable[..., Path] = RUNTIMES[runtime]
    return builder(folder / f"m.{'tflite' if runtime == 'litert' else 'onnx'}", SIZES, seed=seed)


def rows(count: int) -> Array:
    """Return float32 inputs."""
    return np.random.default_rng(count).standard_normal((count, SIZES[0]), np.float32)


def answer(model: LoadedModel, x: Array) -> Array:
    """Run the one signature."""
    return model.run("serving_default", {"x": x})["y"]


def entries(folder: Path) -> list[Path]:
    """Return the finished entries."""
    return sorted(path for path in folder.iterdir() if path.is_dir() and path.suffix == "")


def kept_bytes(folder: Path) -> int:
    """Return the size of all files below a folder."""
    return sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())


LOADER = """
import sys
from pathlib import Path
import numpy as np
from wherry.runtimes import litert, load
from wherry.runtimes.protocol import LoadOptions
def private_bytes():
    lines = Path("/proc/self/smaps_rollup").read_text().splitlines()
    return sum(int(line.split()[1]) * 1024 for line in lines if line.startswith("Anonymous:"))
runtime, model, folder = sys.argv[1:]
__import__({"litert": "ai_edge_litert.interpreter", "onnx": "onnxruntime"}[runtime])
before = private_bytes()
loaded = load(runtime, Path(model), LoadOptions(weight_cache=Path(folder)))
x = np.random.default_rng(1).standard_normal((1, 2304), np.float32)
y = loaded.run("serving_default", {"x": x})["y"]
loaded.trim()
print(private_bytes() - before, y.tobytes().hex()[:64])
"""


def start(runtime: str, model: Path, folder: Path) -> subprocess.Popen[str]:
    """Load a model in a process of its own."""
    command = [sys.executable, "-c", LOADER, runtime, model, folder]
    return subprocess.Popen(command, stdout=subprocess.PIPE, text=True, start_new_session=True)


@pytest.fixture(scope="module", params=["litert", "onnx"])
def runtime(request: pytest.FixtureRequest) -> str:
    """Return the name of a runtime that can share weights."""
    name: str = request.param
    return name


@pytest.fixture(scope="module")
def made(runtime: str, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """Return a model and a folder with its shared weights."""
    folder = tmp_path_factory.mktemp("weights")
    folder.chmod(0o700)
    model = write(runtime, tmp_path_factory.mktemp("model"))
    load(runtime, model, LoadOptions(weight_cache=folder)).close()
    return model, folder


def test_answers_are_those_with_private_weights(runtime: str, made: tuple[Path, Path]) -> None:
    """Bit for bit, at batch sizes that change and come back."""
    model, folder = made
    private = load(runtime, model, LoadOptions())
    shared = load(runtime, model, LoadOptions(weight_cache=folder))
    assert private.signatures == shared.signatures
    assert (entries(folder)[0] / "verdict").read_text() == "shared"
    for count in (1, 8, 3, 3, 1):
        theirs = answer(private, rows(count))
        assert np.ptp(theirs) > 1
        assert answer(shared, rows(count)).tobytes() == theirs.tobytes()


def test_a_second_process_holds_no_copy(runtime: str, made: tuple[Path, Path]) -> None:
    """Its private memory grows by a fraction of the weights, and by no entry on disk."""
    model, folder = made
    before = kept_bytes(folder)
    said, _ = start(runtime, model, folder).communicate(timeout=60)
    grown = int(said.split()[0])
    assert grown < MINIMUM_BYTES / 3
    assert kept_bytes(folder) == before
    assert len(entries(folder)) == 1


def test_a_changed_model_never_reads_the_old_weights(runtime: str, made: tuple[Path, Path]) -> None:
    """Not even with the same path, size and time of change."""
    model, folder = made
    old_content, old_times = model.read_bytes(), model.stat()
    write(runtime, model.parent, seed=1)
    os.utime(model, ns=(old_times.st_atime_ns, old_times.st_mtime_ns))
    try:
        expected = answer(load(runtime, model, LoadOptions()), rows(2))
        shared = load(runtime, model, LoadOptions(weight_cache=folder))
        assert answer(shared, rows(2)).tobytes() == expected.tobytes()
        assert len(entries(folder)) == 2
    finally:
        model.write_bytes(old_content)


def test_a_wrong_shape_with_shared_weights_leaves_no_trace(
    runtime: str, made: tuple[Path, Path]
) -> None:
    """The model answers rightly after a run that failed."""
    model, folder = made
    shared = load(runtime, model, LoadOptions(weight_cache=folder))
    expected = answer(shared, rows(2))
    with pytest.raises(Exception, match=r"\.$"):
        answer(shared, np.zeros((2, 5), np.float32))
    assert answer(shared, rows(2)).tobytes() == expected.tobytes()


def test_processes_that_start_together_make_one_entry(tmp_path: Path) -> None:
    """One makes it, the others wait for it; all answer the same."""
    model = write("litert", tmp_path)
    folder = tmp_path / "weights"
    folder.mkdir(mode=0o700)
    processes = [start("litert", model, folder) for _ in range(3)]
    said = [process.communicate(timeout=120)[0].split() for process in processes]
    assert len({answered for _, answered in said}) == 1
    assert len(entries(folder)) == 1
    assert not list(folder.glob("*.part"))


def test_a_killed_maker_is_followed_by_the_next(tmp_path: Path) -> None:
    """Neither its lock nor its half-made entry is in the way."""
    model = write("litert", tmp_path)
    folder = tmp_path / "weights"
    folder.mkdir(mode=0o700)
    maker = start("litert", model, folder)
    deadline = time.monotonic() + 60
    while not list(folder.glob("*.part")) and time.monotonic() < deadline:
        time.sleep(0.005)
    assert list(folder.glob("*.part"))
    os.killpg(maker.pid, signal.SIGKILL)
    maker.communicate(timeout=60)
    assert entries(folder) == []
    shared = load("litert", model, LoadOptions(weight_cache=folder))
    private = load("litert", model, LoadOptions())
    assert answer(shared, rows(1)).tobytes() == answer(private, rows(1)).tobytes()
    assert len(entries(folder)) == 1
    assert not list(folder.glob("*.part"))


def test_every_part_of_the_key_counts(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Content of each file, library, processor; not the time or the folder."""
    first, second = tmp_path / "a", tmp_path / "b"
    first.write_bytes(b"one")
    second.write_bytes(b"two")
    name = entry_name("library 1", [first, second])
    moved = tmp_path / "elsewhere" / "a"
    moved.parent.mkdir()
    moved.write_bytes(b"one")
    assert entry_name("library 1", [moved, second]) == name
    assert entry_name("library 2", [first, second]) != name
    second.write_bytes(b"twO")
    assert entry_name("library 1", [first, second]) != name
    second.write_bytes(b"two")
    monkeypatch.setattr(cache, "_processor", lambda: "another")
    assert entry_name("library 1", [first, second]) != name


def test_small_weights_stay_private(tmp_path: Path) -> None:
    """Nothing is made for them."""
    model = tflite.dense(tmp_path / "m.tflite", (64, 64))
    folder = tmp_path / "weights"
    folder.mkdir(mode=0o700)
    load("litert", model, LoadOptions(weight_cache=folder))
    assert list(folder.iterdir()) == []


def test_a_folder_that_others_may_write_to_is_not_trusted(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """The weights would be used as they are found there."""
    model = write("litert", tmp_path)
    folder = tmp_path / "weights"
    folder.mkdir()
    folder.chmod(0o777)
    loaded = load("litert", model, LoadOptions(weight_cache=folder))
    assert answer(loaded, rows(1)).shape == (1, SIZES[-1])
    assert list(folder.iterdir()) == []
    assert "others may write" in caplog.text


def test_a_maker_that_fails_leaves_weights_private(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The model is served all the same, and the next process does not try again."""
    monkeypatch.setattr(cache, "_BUILD_LIMIT_S", 0.01)
    model = write("litert", tmp_path)
    folder = tmp_path / "weights"
    folder.mkdir(mode=0o700)
    for _ in range(2):
        loaded = load("litert", model, LoadOptions(weight_cache=folder))
        assert answer(loaded, rows(1)).shape == (1, SIZES[-1])
    (entry,) = entries(folder)
    assert "could not be made" in (entry / "verdict").read_text()
    assert [file.name for file in entry.iterdir()] == ["verdict"]


def test_a_model_whose_answers_would_change_is_not_shared(tmp_path: Path) -> None:
    """Basic Pitch: CompiledModel reports success with other numbers, then raises."""
    program = """
import importlib.util, sys
from pathlib import Path
from wherry.runtimes.weights import build, cache
build.MINIMUM_BYTES = 0
folder = Path(sys.argv[1])
cache.write_samples(folder, ())
package = Path(importlib.util.find_spec("basic_pitch").origin).parent
model = package / "saved_models" / "icassp_2022" / "nmp.tflite"
try:
    print("verdict:", build.main(["litert", str(model), str(folder), "1"]))
except Exception as error:
    print("verdict:", type(error).__name__, error)
"""
    done = subprocess.run(
        [sys.executable, "-c", program, tmp_path],
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert "verdict:" in done.stdout, done.stderr[-2000:]
    assert "verdict: None" not in done.stdout


def test_samples_reach_the_maker(tmp_path: Path) -> None:
    """As they are, but for those with strings, which no shared weights take."""
    numbers = {"a b/c": np.arange(6, dtype=np.int8).reshape(2, 3), "d": np.float32([1.5])}
    words = {"w": np.array([b"x"], object)}
    write_samples(tmp_path, [("one", numbers), ("two", words), ("three", {})])
    (first, given), (third, nothing) = read_samples(tmp_path)
    assert (first, third, nothing) == ("one", "three", {})
    assert given.keys() == numbers.keys()
    assert all(np.array_equal(given[n], numbers[n]) for n in numbers)
    assert given["a b/c"].dtype == np.int8


@pytest.mark.parametrize(
    ("name", "signature"),
    [
        ("two_signatures", "classify"),
        ("two_signatures", "embed"),
        ("no_signature", "serving_default"),
        ("dense_int8", "serving_default"),
    ],
)
def test_a_compiled_model_answers_as_an_interpreter(
    tmp_path: Path, name: str, signature: str
) -> None:
    """For every signature, without one, and quantized: the names, the bits, after a resize."""
    model = Path(__file__).parents[1] / "fixtures" / "tflite" / f"{name}.tflite"
    ours = litert.load_with_weights(model, tmp_path, LoadOptions())
    theirs = load("litert", model, LoadOptions())
    assert ours.signatures == theirs.signatures
    for count in (2, 5, 2):
        random = np.random.default_rng(count)
        inputs = {"x": random.standard_normal((count, 16), np.float32)}
        if signature == "embed":
            inputs["scale"] = np.array(1.5, np.float32)
        expected = theirs.run(signature, inputs)
        answered = ours.run(signature, inputs)
        assert answered.keys() == expected.keys()
        assert all(answered[n].tobytes() == expected[n].tobytes() for n in expected)
        assert all(answered[n].shape == expected[n].shape for n in expected)
