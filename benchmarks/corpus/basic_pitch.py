"""Basic Pitch's SavedModel, which today's TensorFlow cannot load, out of its wheel."""

import shutil
import sys
from pathlib import Path

import numpy as np

from benchmarks.corpus.made import NotMade, tell
from wherry import runtimes
from wherry.runtimes.protocol import LoadOptions
from wherry.tensors import Array

_SOUNDS = 8
_SAMPLES = 43844
_RATE_HZ = 22050


def make(target: Path) -> None:
    """Copy it, with sounds to ask it with.

    Its answers are those of the .tflite that the wheel carries beside it.
    """
    wheel = _installed("basic_pitch") / "saved_models" / "icassp_2022"
    shutil.rmtree(target, ignore_errors=True)
    shutil.copytree(wheel / "nmp", target / "model")
    sounds = _sounds()
    answers = _answers(wheel / "nmp.tflite", sounds)
    np.savez(target / "samples.npz", allow_pickle=False, input=sounds)
    np.savez(target / "answers.npz", allow_pickle=False, **answers)
    told = {
        "model": "model",
        "title": "Basic Pitch's SavedModel, which today's TensorFlow cannot load.",
        "tensorflow": "2.4.1",
        "keras": "",
        "python": "",
        "bytes": sum(p.stat().st_size for p in (target / "model").rglob("*") if p.is_file()),
        "variation": {
            name: float((array.max(0) - array.min(0)).max() / (array.max() - array.min()))
            for name, array in answers.items()
        },
    }
    tell(target, told)


def _sounds() -> Array:
    """Return chords that fade, with a little noise, as float32 [sound, sample, 1]."""
    seconds = np.arange(_SAMPLES) / _RATE_HZ
    random = np.random.default_rng(0)
    sounds = []
    for pitches in random.integers(0, 48, (_SOUNDS, 3)):
        waves = np.sin(2 * np.pi * 110 * 2 ** (pitches[:, None] / 12) * seconds).sum(axis=0)
        fading = waves * np.linspace(1, 0.1, _SAMPLES) / 4
        sounds.append(fading + random.normal(size=_SAMPLES) / 200)
    return np.stack(sounds).astype(np.float32)[..., None]


def _answers(file: Path, sounds: Array) -> dict[str, Array]:
    model = runtimes.load("litert", file, LoadOptions())
    signature = next(iter(model.signatures.values()))
    name = signature.inputs[0].name
    rows = [model.run(signature.name, {name: sound[None]}) for sound in sounds]
    return {key: np.concatenate([row[key] for row in rows]) for key in rows[0]}


def _installed(package: str) -> Path:
    for folder in sys.path:
        if (path := Path(folder, package)).is_dir():
            return path
    raise NotMade(f"{package} is not installed.")
