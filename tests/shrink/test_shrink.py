"""The whole way, through the command line: models in, bundles and reports out, or a sentence."""

import contextlib
import json
import os
import pickle
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest

from tests.serving.test_model import LoadOptions, ServedModel
from wherry import runtimes
from wherry.bundle.folder import open_bundle
from wherry.serving.options import ModelOptions

REPOSITORY = Path(__file__).parents[2]
KERAS = REPOSITORY / "tests" / "fixtures" / "savedmodels" / "keras"
DIGITS = REPOSITORY / "examples" / "demo" / "models" / "digits" / "digits.tflite"
TIMEOUT_S = 300


@dataclass(frozen=True, slots=True)
class Ran:
    """What a command came to."""

    code: int
    out: str
    err: str


def wherry(*words: object, cwd: Path | None = None) -> Ran:
    """Run the command in a process of its own."""
    done = subprocess.run(
        [sys.executable, "-m", "wherry.cli", *map(str, words)],
        capture_output=True,
        text=True,
        timeout=TIMEOUT_S,
        cwd=cwd,
        check=False,
    )
    return Ran(done.returncode, done.stdout, done.stderr)


def files(folder: Path) -> dict[str, bytes]:
    """Return every file below a folder, hidden ones as well."""
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in folder.rglob("*")
        if path.is_file()
    }


@pytest.fixture(scope="module")
def rows(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Samples for the Keras model."""
    path = tmp_path_factory.mktemp("samples") / "rows.npz"
    np.savez(path, features=np.random.default_rng(3).normal(size=(48, 8)).astype(np.float32))
    return path


@dataclass(frozen=True, slots=True)
class Made:
    """A bundle, its report, and how it was made."""

    bundle: Path
    report: Path
    ran: Ran


@pytest.fixture(scope="module")
def made(rows: Path, tmp_path_factory: pytest.TempPathFactory) -> Made:
    """A bundle of the Keras model, from three candidates of full precision."""
    bundle = tmp_path_factory.mktemp("made") / "classifier"
    ran = wherry(
        *("shrink", KERAS, "-o", bundle, "--samples", rows),
        *("--candidates", "litert-float32,onnx-float32,tensorflow-original"),
    )
    assert ran.code == 0, ran.err
    return Made(bundle, bundle.with_name("classifier.report"), ran)


def test_a_savedmodel_becomes_a_bundle_that_gives_its_answers(made: Made, rows: Path) -> None:
    """As TensorFlow's own library gives them, from the served model."""
    served = ServedModel("classifier", ModelOptions(path=made.bundle))
    features = np.load(rows)["features"]
    answer = served.predict({"features": features})
    served.close()
    report = json.loads((made.report / "report.json").read_text())
    assert report["chosen"] in ("litert float32", "onnx float32")
    own = runtimes.load(
        open_bundle(made.bundle).runtime, open_bundle(made.bundle).model, LoadOptions()
    )
    assert set(answer) == {spec.name for spec in own.signatures["serving_default"].outputs}
    own.close()
    by_name = {found["candidate"]: found for found in report["candidates"]}
    assert set(by_name) == {"litert float32", "onnx float32", "tensorflow original"}
    for found in by_name.values():
        assert found["refused"] is None
        assert found["parity"]["error_ratio"] < 1e-4
        assert found["measurement"]["latency_s"]["1"] > 0


def test_the_report_says_what_was_chosen_and_why(made: Made) -> None:
    """In the terminal, and on a page that needs nothing else."""
    assert f"Bundle: {made.bundle}" in made.ran.out
    assert "litert float32" in made.ran.out
    page = (made.report / "report.html").read_text()
    assert "<svg" in page
    assert "://" not in page
    assert "Traceback" not in made.ran.err


def test_the_manifest_keeps_where_the_bundle_came_from(made: Made) -> None:
    """Hash, writer, options, samples and parity; no path of this machine, and no measurement."""
    text = (made.bundle / "wherry.json").read_text()
    origin = json.loads(text)["origin"]
    assert origin["file"] == "keras"
    assert origin["format"] == "savedmodel"
    assert len(origin["sha256"]) == 64
    assert origin["samples"]["count"] == 48
    assert origin["samples"]["synthetic"] is False
    assert origin["parity"]["outputs"]["output_0"]["max_abs_error"] < 1e-4
    assert str(REPOSITORY) not in text
    assert "latency" not in text.replace('"prefer": "latency"', "")


def test_the_same_input_gives_the_same_bytes(rows: Path, tmp_path: Path) -> None:
    """Twice the same candidate: not a byte differs."""
    for number in ("one", "two"):
        ran = wherry(
            *("shrink", KERAS, "-o", tmp_path / number / "classifier", "--samples", rows),
            *("--candidates", "litert-float32"),
        )
        assert ran.code == 0, ran.err
    assert files(tmp_path / "one" / "classifier") == files(tmp_path / "two" / "classifier")


def test_verify_compares_a_bundle_with_its_original(made: Made, rows: Path) -> None:
    """The bytes and, on the recorded samples, the answers."""
    ran = wherry("verify", made.bundle, "--against", KERAS, "--samples", rows, "--json")
    assert ran.code == 0, ran.err
    found = json.loads(ran.out)
    assert found["passed"] is True
    assert all(file["wrong"] is None for file in found["files"])


def test_a_bundle_made_with_labels_is_verified_without_them(rows: Path, tmp_path: Path) -> None:
    """The samples are the recorded ones, whoever said what is right for each."""
    labels, bundle = tmp_path / "labels.npy", tmp_path / "classifier"
    np.save(labels, np.arange(48) % 3)
    ran = wherry(
        *("shrink", KERAS, "-o", bundle, "--samples", rows, "--labels", labels, "--quick"),
        *("--candidates", "litert-float32"),
    )
    assert ran.code == 0, ran.err
    recorded = json.loads((bundle / "wherry.json").read_text())["origin"]["samples"]
    assert len(recorded["labels_sha256"]) == 64
    ran = wherry("verify", bundle, "--against", KERAS, "--samples", rows)
    assert ran.code == 0, ran.err
    assert "are not those" not in ran.out


def test_verify_finds_another_models_bundle(made: Made) -> None:
    """Of the same inputs and outputs, and trained otherwise: asked as an original of it."""
    ran = wherry("verify", DIGITS.parent, "--against", made.bundle / "model.onnx")
    assert ran.code in (1, 2)
    assert "Passed" not in ran.out


def test_verify_finds_a_changed_byte(made: Made, tmp_path: Path) -> None:
    """Without asking anybody anything."""
    copy = tmp_path / "copy"
    copy.mkdir()
    for name, content in files(made.bundle).items():
        (copy / name).write_bytes(content)
    model = next(path for path in copy.iterdir() if path.stem == "model")
    content = bytearray(model.read_bytes())
    content[-1] ^= 1
    model.write_bytes(bytes(content))
    ran = wherry("verify", copy)
    assert ran.code == 1
    assert "Its content is not what was recorded." in ran.out
    whole = wherry("verify", made.bundle)
    assert whole.code == 0
    assert "not compared" in whole.out


SAMPLES = """
import json
import sys

import numpy as np

DEMO = {demo!r}


def held_back():
    sys.path.insert(0, DEMO)
    from digits.drawing import enlarge

    with open(DEMO + "/digits/held-back.json", encoding="utf-8") as file:
        found = json.load(file)
    cells = np.array([digit["cells"] for digit in found]).reshape(-1, 8, 8)
    return {{"image": enlarge(cells)}}, np.array([digit["label"] for digit in found])
"""


def test_a_quantized_model_is_chosen_where_it_answers_as_rightly(tmp_path: Path) -> None:
    """The digits, on 360 held-back ones with what they are: a third of the size, no drop."""
    source = tmp_path / "samples.py"
    source.write_text(SAMPLES.format(demo=str(REPOSITORY / "examples" / "demo")))
    ran = wherry(
        *("shrink", DIGITS, "-o", tmp_path / "digits", "--samples", f"{source}:held_back"),
        *("--count", "400", "--prefer", "size", "--json"),
        *("--candidates", "litert-float32,litert-float16,litert-dynamic-int8,litert-int8"),
    )
    assert ran.code == 0, ran.err
    report = json.loads(ran.out)
    by_name = {found["candidate"]: found for found in report["candidates"]}
    assert report["samples"]["count"] == 360
    assert report["chosen"] in ("litert dynamic-int8", "litert int8")
    size = {name: found["measurement"]["file_bytes"] for name, found in by_name.items()}
    assert size[report["chosen"]] <= 0.3 * size["litert float32"]
    accuracy = by_name[report["chosen"]]["accuracy"]
    assert accuracy["original"] > 0.95
    assert accuracy["drop"] <= 0.005
    bundle = open_bundle(tmp_path / "digits")
    assert bundle.warmup


NOT_WRITTEN = [
    ("missing", "There is no"),
    ("model.h5", "pickle"),
    ("empty.keras", "empty"),
    ("page.h5", "web page"),
]


@pytest.mark.parametrize(("name", "said"), NOT_WRITTEN)
def test_what_is_no_model_is_refused_with_a_sentence(tmp_path: Path, name: str, said: str) -> None:
    """And nothing is left behind: no bundle, no report, no part of one."""
    model = tmp_path / name
    if name == "model.h5":
        model.write_bytes(pickle.dumps({"weights": [1, 2, 3]}))
    elif name == "empty.keras":
        model.touch()
    elif name == "page.h5":
        model.write_text("<!DOCTYPE html><html><body>Sign in</body></html>")
    before = files(tmp_path)
    ran = wherry("shrink", model, "-o", tmp_path / "bundle")
    assert ran.code == 2
    assert said in ran.err
    assert "Traceback" not in ran.err
    assert files(tmp_path) == before
    assert not (tmp_path / "bundle").exists()


def test_a_place_that_is_taken_is_refused_before_any_work(tmp_path: Path) -> None:
    """Nobody's files are written over."""
    bundle = tmp_path / "bundle"
    bundle.mkdir()
    (bundle / "mine.txt").write_text("mine")
    ran = wherry("shrink", DIGITS, "-o", bundle)
    assert ran.code == 2
    assert "exists. Remove it first" in ran.err
    assert files(bundle) == {"mine.txt": b"mine"}


@pytest.mark.parametrize(
    ("arrays", "said"),
    [
        ({"image": np.zeros((4, 9), np.float32)}, "[4, 9]"),
        ({"image": np.array([["a"] * 784])}, "image"),
        ({"other": np.zeros((4, 784), np.float32), "more": np.zeros(4)}, "other"),
        ({"image": np.zeros((4, 784), np.float32), "labels": np.arange(3)}, "3"),
    ],
    ids=["shape", "datatype", "names", "labels"],
)
def test_samples_that_do_not_fit_are_refused(
    tmp_path: Path, arrays: dict[str, np.ndarray], said: str
) -> None:
    """Named by what they are, and what the model wants."""
    np.savez(tmp_path / "samples.npz", **arrays)
    ran = wherry(
        *("shrink", DIGITS, "-o", tmp_path / "bundle", "--samples", tmp_path / "samples.npz")
    )
    assert ran.code == 2
    assert said in ran.err
    assert "Traceback" not in ran.err
    assert not (tmp_path / "bundle").exists()


def test_nothing_to_choose_is_told_by_the_exit_status(tmp_path: Path) -> None:
    """A .tflite file is no .onnx file: the one candidate cannot be made, and the reason is told."""
    ran = wherry("shrink", DIGITS, "-o", tmp_path / "bundle", "--candidates", "onnx-float32")
    assert ran.code == 1, ran.err
    assert "onnx float32" in ran.out
    assert not (tmp_path / "bundle").exists()
    assert (tmp_path / "bundle.report" / "report.html").is_file()


@contextlib.contextmanager
def small_disk(folder: Path) -> Iterator[Path]:
    """A disk of 96 KiB."""
    disk = folder / "disk"
    disk.mkdir()
    subprocess.run(["mount", "-t", "tmpfs", "-o", "size=96k", "none", disk], check=True)
    try:
        yield disk
    finally:
        subprocess.run(["umount", disk], check=True)


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can make a disk that fills up")
def test_a_disk_that_fills_up_is_told_and_leaves_nothing(tmp_path: Path) -> None:
    """Neither a half bundle nor a hidden one."""
    with small_disk(tmp_path) as disk:
        (disk / "filling").write_bytes(bytes(60_000))
        ran = wherry(
            *("shrink", DIGITS, "-o", disk / "bundle", "--report", tmp_path / "report"),
            *("--candidates", "litert-float32"),
        )
        assert ran.code == 2
        assert "no space left" in ran.err
        assert set(files(disk)) == {"filling"}


def test_ctrl_c_leaves_nothing(tmp_path: Path) -> None:
    """In the middle of the work: no bundle, no process, no temporary folder."""
    scratch = tmp_path / "scratch"
    scratch.mkdir()
    process = subprocess.Popen(
        [
            sys.executable,
            "-m",
            "wherry.cli",
            "shrink",
            str(DIGITS),
            "-o",
            str(tmp_path / "b"),
            "--candidates",
            "litert-float32",
        ],
        stderr=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        env={**os.environ, "TMPDIR": str(scratch)},
        start_new_session=True,
        # Where this test runs in the background of a shell, Ctrl-C is ignored by what it starts.
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),
    )
    assert process.stderr is not None
    for line in process.stderr:
        if "measuring" in line:
            break
    os.killpg(process.pid, signal.SIGINT)
    _, err = process.communicate(timeout=60)
    assert process.returncode == 130
    assert "Traceback" not in err
    assert not (tmp_path / "b").exists()
    deadline = time.monotonic() + 10
    while _group(process.pid) and time.monotonic() < deadline:
        time.sleep(0.05)
    assert not _group(process.pid)
    assert not list(scratch.glob("wherry-*"))


def _group(leader: int) -> list[int]:
    found = []
    for stat in Path("/proc").glob("[0-9]*/stat"):
        with contextlib.suppress(OSError):
            fields = stat.read_text().rpartition(")")[2].split()
            if int(fields[2]) == leader and fields[0] != "Z":
                found.append(int(stat.parent.name))
    return found
