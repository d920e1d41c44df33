"""The figures that are asked of shrink beside the cases: size, speed, accuracy and time."""

import json
import subprocess
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from statistics import median
from typing import Any

import numpy as np

from benchmarks.corpus.asking import samples_for
from benchmarks.corpus.cases import FOLDS, find
from benchmarks.corpus.made import made
from benchmarks.corpus.making import make
from benchmarks.corpus.running import WHERRY
from wherry import runtimes
from wherry.bundle.folder import open_bundle
from wherry.bundle.manifest import MANIFEST
from wherry.runtimes.protocol import LoadedModel, LoadOptions
from wherry.shrink.conversion.sources import converter_environment
from wherry.tensors import Array

MAX_FILE_RATIO = 1.02
MAX_INT8_RATIO = 0.3
MAX_DROP = 0.005
MAX_SHRINK_S = 180.0
MAX_INSPECT_S = 1.0
# Two files of the same operators are equally fast; this much is noise of a shared machine.
NOISE_RATIO = 0.05
_FLOAT32 = (
    *("tf2.21-dense-digits-keras", "tf2.21-conv-digits-keras", "tf2.21-mobilenet-v2-keras"),
    *("tf2.15-resnet50-h5", "tf2.18-inception-v3-keras", "tf2.8-efficientnet-b0-h5"),
)
# Models that TFLiteConverter converts by itself: recurrent ones it refuses.
_SPEED = ("tf2.21-dense-digits-keras", "tf2.21-conv-digits-keras", "tf2.21-mobilenet-v2-keras")
_ROUNDS = 40
_DIRECT = (
    "import sys, tensorflow as tf; m = tf.keras.models.load_model(sys.argv[1], compile=False); "
    "c = tf.lite.TFLiteConverter.from_keras_model(m); "
    "open(sys.argv[2], 'wb').write(c.convert())"
)


def all_figures(work: Path, rows: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Measure all, and return a line for each."""
    by_name = {row["name"]: row for row in rows}
    measures: list[Callable[[], list[dict[str, Any]]]] = [
        lambda: file_ratios(work, by_name),
        lambda: basic_pitch(by_name),
        lambda: wall_time(by_name),
        lambda: [inspect_time(work)],
        lambda: speeds(work),
        lambda: [line for name in FOLDS for line in quantized(work, name)],
    ]
    found: list[dict[str, Any]] = []
    for measure in measures:
        for line in measure():
            print(f"{line['figure']}: {line['measured']} (asked: {line['asked']})", flush=True)
            found.append(line)
    return found


def _figure(figure: str, asked: str, measured: str, *, reached: bool) -> dict[str, Any]:
    return {"figure": figure, "asked": asked, "measured": measured, "reached": bool(reached)}


def file_ratios(work: Path, rows: Mapping[str, Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Compare the float32 LiteRT file with the bytes of the model's weights."""
    lines = []
    for name in _FLOAT32:
        size_bytes = rows.get(name, {}).get("bytes", {}).get("litert float32")
        if size_bytes is None:
            continue
        ratio = size_bytes / made(work / "models", find(name))["weights_bytes"]
        lines.append(
            _figure(
                f"{name}: float32 LiteRT file, of the weights' bytes",
                f"at most {MAX_FILE_RATIO}",
                f"{ratio:.3f}",
                reached=ratio <= MAX_FILE_RATIO,
            )
        )
    return lines


def basic_pitch(rows: Mapping[str, Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Tell what Basic Pitch became."""
    row = rows.get("tf2.21-basic-pitch-wheel", {})
    if not row.get("chosen"):
        return []
    latencies = row["latency_s"]
    converted = [name for name in latencies if not name.startswith("tensorflow")]
    quickest = min(converted, key=lambda name: float(latencies[name]))
    told = ", ".join(f"{name} {seconds * 1e3:.1f} ms" for name, seconds in latencies.items())
    return [
        _figure(
            "Basic Pitch: the faster of LiteRT and ONNX is chosen",
            quickest,
            f"{row['chosen']} ({told})",
            reached=row["chosen"] == quickest,
        ),
        _figure(
            "Basic Pitch: error against the wheel's own .tflite, of the range",
            "under 1e-4",
            f"{row['own_error']:.1e}",
            reached=row["own_error"] < 1e-4,
        ),
    ]


def wall_time(rows: Mapping[str, Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Tell how long MobileNetV2 took, its environments being there."""
    row = rows.get("tf2.21-mobilenet-v2-keras")
    if row is None or not row.get("chosen"):
        return []
    return [
        _figure(
            "MobileNetV2 from .keras to a measured bundle, warm",
            f"under {MAX_SHRINK_S:.0f} s",
            f"{row['seconds']:.0f} s",
            reached=row["seconds"] < MAX_SHRINK_S,
        )
    ]


def inspect_time(work: Path) -> dict[str, Any]:
    """Time ``wherry inspect`` on a file of more than 100 MB, the median of five."""
    case = find("tf2.21-huge-dense-keras")
    make(work / "models", [case])
    told = made(work / "models", case)
    times = []
    for _ in range(5):
        began = time.monotonic()
        model = work / "models" / case.name / told["model"]
        subprocess.run([*WHERRY, "inspect", str(model)], check=True, capture_output=True)
        times.append(time.monotonic() - began)
    return _figure(
        f"inspect on {told['bytes'] / 1e6:.0f} MB",
        f"under {MAX_INSPECT_S:.0f} s",
        f"{median(times):.2f} s",
        reached=median(times) < MAX_INSPECT_S,
    )


def speeds(work: Path) -> list[dict[str, Any]]:
    """Compare the float32 LiteRT file with what TFLiteConverter makes, calls taking turns."""
    python = converter_environment().python
    lines = []
    for name in _SPEED:
        case = find(name)
        make(work / "models", [case])
        folder = work / "models" / name
        model = folder / made(work / "models", case)["model"]
        direct = folder / "direct.tflite"
        subprocess.run(
            [python, "-B", "-c", _DIRECT, model, direct], check=True, capture_output=True
        )
        bundle = shrunk(work, name, model, folder / "samples.npz", "litert-float32")
        ratio = speed_ratio(bundle, direct, folder / "samples.npz")
        lines.append(
            _figure(
                f"{name}: speed of the float32 LiteRT file, of a direct conversion",
                "at least 1 (noise: 0.05)",
                f"{ratio:.2f}",
                reached=ratio >= 1 - NOISE_RATIO,
            )
        )
    return lines


def speed_ratio(bundle: Path, direct: Path, samples: Path) -> float:
    """Return how much faster the bundle answers than the file, the median over pairs of turns."""
    opened = open_bundle(bundle)
    ours = runtimes.load(opened.runtime, opened.model, LoadOptions())
    theirs = runtimes.load("litert", direct, LoadOptions())
    calls = [_calling(ours, samples), _calling(theirs, samples)]
    ratios = []
    for number in range(_ROUNDS):
        first, second = (0, 1) if number % 2 else (1, 0)
        seconds = {first: calls[first](), second: calls[second]()}
        ratios.append(seconds[1] / seconds[0])
    return median(ratios)


def _calling(model: LoadedModel, samples: Path) -> Callable[[], float]:
    """Return a function that answers for a moment and tells the seconds of one answer."""
    signature = next(iter(model.signatures.values()))
    inputs = {
        key: np.ascontiguousarray(array[:1])
        for key, array in samples_for(signature, samples).items()
    }
    model.run(signature.name, inputs)
    began = time.perf_counter()
    model.run(signature.name, inputs)
    repeats = max(1, int(0.02 / max(1e-7, time.perf_counter() - began)))

    def call() -> float:
        started = time.perf_counter()
        for _ in range(repeats):
            model.run(signature.name, inputs)
        return (time.perf_counter() - started) / repeats

    return call


def shrunk(
    work: Path, name: str, model: Path, samples: Path, candidates: str, *options: str
) -> Path:
    """Return a bundle of one of some candidates."""
    bundle = work / "figures" / f"{name}-{candidates.replace(',', '-')}"
    if not (bundle / MANIFEST).is_file():
        done = subprocess.run(
            [
                *(*WHERRY, "shrink", str(model), "-o", str(bundle)),
                *("--samples", str(samples), "--candidates", candidates, "--quick", *options),
            ],
            capture_output=True,
            text=True,
            check=False,
        )
        if done.returncode != 0:
            raise SystemExit(f"{name} was not shrunk: {done.stderr.strip().splitlines()[-1]}")
    return bundle


def quantized(work: Path, name: str) -> list[dict[str, Any]]:
    """Quantize the model of each fold, calibrated on what it was trained on, and ask the rest."""
    right = {"float32": 0, "int8": 0}
    total, ratios = 0, []
    for case in FOLDS[name]:
        make(work / "models", [case])
        folder = work / "models" / case.name
        model = folder / made(work / "models", case)["model"]
        bundle = shrunk(
            work,
            case.name,
            model,
            folder / "samples.npz",
            "litert-float32,litert-int8",
            "--prefer",
            "size",
        )
        before, after, count = _fold(bundle, folder)
        right["float32"] += before
        right["int8"] += after
        total += count
        ratios.append(_int8_ratio(bundle))
    drop = (right["float32"] - right["int8"]) / total
    told = f"{right['float32'] / total:.2%} to {right['int8'] / total:.2%} of {total:,}"
    return [
        _figure(
            f"{name}: int8 file, of float32",
            f"at most {MAX_INT8_RATIO}",
            f"{max(ratios):.3f}",
            reached=max(ratios) <= MAX_INT8_RATIO,
        ),
        _figure(
            f"{name}: accuracy lost with int8, five folds",
            f"under {MAX_DROP:.1%}",
            f"{drop:.2%} ({told})",
            reached=drop < MAX_DROP,
        ),
    ]


def _fold(bundle: Path, folder: Path) -> tuple[int, int, int]:
    """Return how many held-back digits the original and the bundle get right, and how many."""
    with np.load(folder / "held-back.npz", allow_pickle=False) as stored:
        inputs, labels, answers = (stored[name] for name in ("inputs", "labels", "answers"))
    opened = open_bundle(bundle)
    model = runtimes.load(opened.runtime, opened.model, LoadOptions())
    signature = next(iter(model.signatures.values()))
    rows: list[Array] = [
        next(iter(model.run(signature.name, {signature.inputs[0].name: row[None]}).values()))
        for row in inputs
    ]
    found = np.concatenate(rows).argmax(axis=-1)
    return int((answers.argmax(axis=-1) == labels).sum()), int((found == labels).sum()), len(labels)


def _int8_ratio(bundle: Path) -> float:
    report = json.loads(
        bundle.with_name(f"{bundle.name}.report").joinpath("report.json").read_text()
    )
    sizes = {row["candidate"]: row["measurement"]["file_bytes"] for row in report["candidates"]}
    if report["chosen"] != "litert int8":
        return 1.0
    return float(sizes["litert int8"] / sizes["litert float32"])
