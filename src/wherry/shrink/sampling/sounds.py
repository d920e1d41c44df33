"""Samples from a folder of recordings: resampled, mixed to mono, cut to the input's length."""

from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from typing import Any

import numpy as np

from wherry.errors import InvalidInput, RuntimeMissing
from wherry.shrink.sampling.drawing import Drawn, Wanted, only_input, sample_bytes
from wherry.shrink.sampling.folders import SOUNDS, class_note, find_files
from wherry.tensors import VARIABLE, Array, Datatype, TensorSpec

_FLOATS = (Datatype.FP16, Datatype.BF16, Datatype.FP32, Datatype.FP64)
_OPEN_LENGTH_S = 1.0
"""Of a window, for an input that takes any length."""


@dataclass(frozen=True, slots=True)
class _Recording:
    """What the head of a file says."""

    path: Path
    frames: int
    rate_hz: int


@dataclass(frozen=True, slots=True)
class _Window:
    """A stretch of a recording: the file's index, and its first frame at the file's own rate."""

    file: int
    first: int


def read_sounds(folder: Path, wanted: Wanted) -> Drawn:
    """Read windows of recordings for a model whose one input is [n, length] or [n, length, 1].

    Windows follow each other without overlap; a last one that is not full is left out, unless it
    is the only one of its file, which is filled up with silence.

    Raises:
        InvalidInput: the input holds no sound, or a file is none.
        RuntimeMissing: soundfile or soxr is not installed.
    """
    soundfile = _library("soundfile")
    name = only_input(wanted.signature, f"A folder of recordings ({folder})")
    spec = wanted.signature.inputs[0]
    _check(spec)
    files = find_files(folder, SOUNDS)
    recordings = [_recording(soundfile, path) for path in files.paths]
    rate_hz = _rate(recordings, wanted)
    length = _length(spec, rate_hz)
    windows = [
        _Window(index, first)
        for index, recording in enumerate(recordings)
        for first in _starts(recording, length, rate_hz)
    ]
    chosen = wanted.choose(len(windows), sample_bytes(wanted.signature, {name: (length,)}))
    sounds = np.stack(
        [
            _read(soundfile, recordings[windows[i].file], windows[i].first, length, rate_hz)
            for i in chosen
        ]
    )
    rows = [windows[i].file for i in chosen]
    sounds = sounds.astype(spec.datatype.numpy)
    return Drawn(
        {name: sounds if spec.shape is None or len(spec.shape) < 3 else sounds[..., None]},
        None if files.labels is None else files.labels[rows],
        str(folder),
        len(windows),
        rows,
        len(recordings),
        (*_notes(length, rate_hz, wanted), *class_note(files)),
    )


def _check(spec: TensorSpec) -> None:
    sides = spec.shape[1:] if spec.shape is not None else ()
    if spec.datatype not in _FLOATS or not (
        len(sides) == 1 or (len(sides) == 2 and sides[1] in (1, VARIABLE))
    ):
        raise InvalidInput(
            f"A folder of recordings fills an input of floats [n, length], and {spec.name!r} is "
            f"{spec}. Put the samples into an .npz file, or write a function that returns them."
        )


def _notes(length: int, rate_hz: int, wanted: Wanted) -> tuple[str, ...]:
    doubt = "" if wanted.rate_hz else " (an assumption: name the rate the model was trained with)"
    return (f"windows of {length} samples at {rate_hz} Hz{doubt}",)


def _rate(recordings: list[_Recording], wanted: Wanted) -> int:
    if wanted.rate_hz is not None:
        return wanted.rate_hz
    rates = {recording.rate_hz for recording in recordings}
    if len(rates) > 1:
        told = ", ".join(str(rate) for rate in sorted(rates))
        raise InvalidInput(
            f"The recordings have different rates ({told} Hz); name the one that the model takes."
        )
    return rates.pop()


def _length(spec: TensorSpec, rate_hz: int) -> int:
    size = VARIABLE if spec.shape is None else spec.shape[1]
    return size if size != VARIABLE else int(_OPEN_LENGTH_S * rate_hz)


def _starts(recording: _Recording, length: int, rate_hz: int) -> range | tuple[int, ...]:
    step = max(1, length * recording.rate_hz // rate_hz)
    full = recording.frames // step
    return range(0, full * step, step) if full else (0,)


def _recording(soundfile: Any, path: Path) -> _Recording:
    try:
        with soundfile.SoundFile(path) as file:
            if file.frames <= 0:
                raise InvalidInput(f"{path} holds no sound.")
            return _Recording(path, file.frames, file.samplerate)
    except soundfile.LibsndfileError as error:
        raise InvalidInput(f"{path} is not a recording that can be read: {error}.") from None


def _read(soundfile: Any, recording: _Recording, first: int, length: int, rate_hz: int) -> Array:
    frames = -(-length * recording.rate_hz // rate_hz)
    try:
        with soundfile.SoundFile(recording.path) as file:
            file.seek(first)
            found = file.read(frames, dtype="float32", always_2d=True).mean(axis=1)
    except soundfile.LibsndfileError as error:
        raise InvalidInput(f"{recording.path} cannot be read: {error}.") from None
    if not np.isfinite(found).all():
        raise InvalidInput(f"{recording.path} holds samples that are not numbers.")
    if recording.rate_hz != rate_hz:
        found = _library("soxr").resample(found, recording.rate_hz, rate_hz)
    window = np.zeros(length, np.float32)
    kept = min(length, len(found))
    window[:kept] = found[:kept]
    return window


def _library(name: str) -> Any:
    try:
        return import_module(name)
    except ImportError as error:
        raise RuntimeMissing(
            f"Reading recordings needs {name}: pip install soundfile soxr ({error})."
        ) from error
