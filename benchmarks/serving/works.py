"""The three works: models, the input that every client sends, the answer that is right."""

import hashlib
import json
import os
import subprocess
import sys
from array import array
from collections.abc import Mapping
from dataclasses import dataclass, replace
from importlib.util import find_spec
from math import isfinite, pi, sin
from pathlib import Path

from benchmarks.serving.environments import KEPT, WHERRY, Environment, InstallFailed, environment

HERE = Path(__file__).parent
PREPARE_TIMEOUT_S = 600


@dataclass(frozen=True, slots=True)
class Output:
    """One output of a model, of 32-bit floats."""

    name: str
    shape: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Work:
    """One thing to be done for each request.

    Attributes:
        name: A word for options and files.
        title: What it is, for people.
        json: Whether numbers travel as JSON; as raw 32-bit floats otherwise.
        connections: How many clients ask at the same time.
        models: The model's files, by runtime, the one that peers are given first.
        input_names: What the model's input is called in each of them.
        shape: The input's shape, one item on the first axis.
        tolerance: Largest absolute difference from the direct runtime's answer.
        folder: Where the input and the expected answer lie.
        outputs: In the order of their names, which every file agrees on.
    """

    name: str
    title: str
    json: bool
    connections: int
    models: Mapping[str, Path]
    input_names: Mapping[str, str]
    shape: tuple[int, ...]
    tolerance: float
    folder: Path
    outputs: tuple[Output, ...] = ()

    @property
    def runtime(self) -> str:
        """The runtime that peers use, but those that name another."""
        return next(iter(self.models))

    @property
    def threads(self) -> int:
        """Threads of one run in a peer that runs the model in one process."""
        return 1 if self.json else os.cpu_count() or 1

    @property
    def input_file(self) -> Path:
        """The input, as raw 32-bit floats."""
        return self.folder / "input.bin"

    @property
    def input(self) -> array[float]:
        """The input's numbers in row order."""
        return floats(self.input_file.read_bytes())

    @property
    def expected(self) -> array[float]:
        """The direct runtime's numbers, output after output."""
        return floats((self.folder / "expected.bin").read_bytes())

    def told(self) -> str:
        """Return what peers' programs read from ``BENCH_WORK``."""
        saved = self.models.get("tensorflow")
        return json.dumps(
            {
                "model": str(self.models[self.runtime]),
                "saved_model": str(saved) if saved else None,
                "shape": self.shape,
                "threads": self.threads,
            }
        )

    def fault(self, answered: array[float]) -> str | None:
        """Say what is wrong with an answer; None if it is right."""
        expected = self.expected
        if len(answered) != len(expected):
            return f"{len(answered)} numbers where {len(expected)} are right"
        if not all(map(isfinite, answered)):
            return "an answer that is not finite"
        worst = max(abs(a - b) for a, b in zip(answered, expected, strict=True))
        return f"off by {worst:.2g}" if worst > self.tolerance else None


def floats(raw: bytes) -> array[float]:
    """Return raw little-endian 32-bit floats as numbers."""
    numbers = array("f", raw)
    if sys.byteorder == "big":
        numbers.byteswap()
    return numbers


def prepare(name: str) -> Work:
    """Make the work's models, input and expected answer, unless they are there.

    Raises:
        InstallFailed: an environment that this needs, or a model, could not be made.
    """
    work = _MAKERS[name]()
    direct = environment(WHERRY)
    answered = work.folder / "expected.json"
    if not answered.is_file():
        said = _run(direct, "peers/direct.py", "answer", *direct_arguments(work))
        answered.write_text(said)
    outputs = tuple(Output(n, tuple(s)) for n, s in json.loads(answered.read_text()))
    return replace(work, outputs=outputs)


def direct_arguments(work: Work, runtime: str | None = None) -> tuple[str, ...]:
    """Return what ``direct.py`` wants to know of a work."""
    model = work.models[runtime or work.runtime]
    return str(model), str(work.input_file), json.dumps(work.shape)


def _keras_models() -> Path:
    """Return the folder of the models that Keras makes, which depends on the script alone."""
    script = HERE / "prepare.py"
    folder = KEPT / "works" / hashlib.sha256(script.read_bytes()).hexdigest()[:12]
    if not (folder / "complete").is_file():
        print("  making the models with Keras (once) ...", file=sys.stderr, flush=True)
        _run(environment("tensorflow"), "prepare.py", str(folder))
        (folder / "complete").touch()
    return folder


def _digits() -> Work:
    folder = _keras_models() / "digits"
    return Work(
        name="digits",
        title="digits: dense 784-256-10, 784 floats with 3 decimals as JSON",
        json=True,
        connections=16,
        models={"litert": folder / "model.tflite", "tensorflow": folder / "saved_model"},
        input_names={"litert": "pixels", "tensorflow": "pixels"},
        shape=(1, 784),
        tolerance=json.loads((folder / "known.json").read_text())["tolerance"],
        folder=folder,
    )


def _mobilenet() -> Work:
    folder = _keras_models() / "mobilenet"
    return Work(
        name="mobilenet",
        title="MobileNetV2: one 224x224x3 float32 image as a binary tensor",
        json=False,
        # Fewer than a server may refuse: each request keeps a core busy for milliseconds.
        connections=8,
        models={"litert": folder / "model.tflite", "tensorflow": folder / "saved_model"},
        input_names={"litert": "image", "tensorflow": "image"},
        shape=(1, 224, 224, 3),
        tolerance=json.loads((folder / "known.json").read_text())["tolerance"],
        folder=folder,
    )


def _basicpitch() -> Work:
    package = find_spec("basic_pitch")
    if package is None or package.origin is None:
        raise InstallFailed("the basic-pitch wheel, which carries the model, is not installed")
    published = Path(package.origin).parent / "saved_models" / "icassp_2022"
    folder = KEPT / "works" / "basicpitch"
    samples, rate = 43844, 22050
    folder.mkdir(parents=True, exist_ok=True)
    chord = [
        0.2 * sum(sin(2 * pi * pitch * index / rate) for pitch in (220.0, 277.18, 329.63))
        for index in range(samples)
    ]
    (folder / "input.bin").write_bytes(array("f", chord).tobytes())
    return Work(
        name="basicpitch",
        title="Basic Pitch: one window of 43,844 float32 samples as a binary tensor",
        json=False,
        connections=8,
        models={"onnx": published / "nmp.onnx", "tensorflow": published / "nmp"},
        input_names={"onnx": "serving_default_input_2:0", "tensorflow": "input_2"},
        shape=(1, samples, 1),
        tolerance=1e-5,
        folder=folder,
    )


_MAKERS = {"digits": _digits, "mobilenet": _mobilenet, "basicpitch": _basicpitch}
NAMES = tuple(_MAKERS)


def _run(where: Environment, script: str, *arguments: str) -> str:
    try:
        done = subprocess.run(
            [where.python, str(HERE / script), *arguments],
            capture_output=True,
            text=True,
            timeout=PREPARE_TIMEOUT_S,
            check=False,
        )
    except subprocess.TimeoutExpired as error:
        raise InstallFailed(f"{script} did not come to an end") from error
    if done.returncode != 0:
        raise InstallFailed(f"{script}: {' '.join(done.stderr.split())[-400:]}")
    return done.stdout
