"""From a WAV file to what the note model hears, and back to one row per instant.

The model (Basic Pitch) takes windows of 43,844 samples at 22,050 Hz and answers with 172 frames
for each, one every 256 samples. Near a window's edges it hears half of what it should, so windows
overlap and the frames at their edges are dropped.

Source: R. Bittner et al., "A Lightweight Instrument-Agnostic Model for Polyphonic Note
Transcription and Multipitch Estimation", ICASSP 2022; the shapes are those of its model file.
"""

import io
from collections.abc import Iterator
from typing import Any

import numpy as np
import soundfile
import soxr
from numpy.typing import NDArray

RATE = 22_050
WINDOW = 43_844
FRAME = 256
FRAME_S = FRAME / RATE
FRAMES = 172
EDGE = 15
"""Frames dropped at either edge of a window: a sixth of a second."""
KEPT = FRAMES - 2 * EDGE
WINDOWS_AT_ONCE = 2
"""Windows that one run of the model takes. Four were no faster, and held 50 MB more."""
STRETCH = WINDOWS_AT_ONCE * KEPT

OUTPUTS = {
    "StatefulPartitionedCall:2": "onset",
    "StatefulPartitionedCall:1": "note",
    "StatefulPartitionedCall:0": "contour",
}
"""The conversion to ONNX lost the outputs' names, which the SavedModel still has."""

LONGEST_S = 60
LARGEST_BYTES = 12 * 2**20
"""A minute of stereo at 48,000 Hz in 16 bits, and a little more."""
MOST_CHANNELS = 8

type Samples = NDArray[np.float32]


def read_wav(data: bytes) -> Samples:
    """Read a WAV file of any rate and sample format as mono samples at ``RATE``.

    Raises:
        ValueError: it is not a WAV file, is too long, or holds no sound.
    """
    if len(data) > LARGEST_BYTES:
        raise ValueError(f"The file is larger than {LARGEST_BYTES // 2**20} MB.")
    try:
        with soundfile.SoundFile(io.BytesIO(data)) as file:
            if file.format not in ("WAV", "WAVEX"):
                raise ValueError(f"The file is not a WAV file but {file.format_info}.")
            if file.channels > MOST_CHANNELS:
                raise ValueError(f"The file has {file.channels} channels; mono or stereo is read.")
            if file.frames > LONGEST_S * file.samplerate:
                raise ValueError(f"The recording is longer than {LONGEST_S} seconds.")
            rate = file.samplerate
            samples = file.read(dtype="float32", always_2d=True).mean(axis=1)
    except soundfile.LibsndfileError:
        raise ValueError("The file is not a WAV file that can be read.") from None
    if not len(samples):
        raise ValueError("The recording is empty.")
    if not np.isfinite(samples).all():
        raise ValueError("The recording holds samples that are not numbers.")
    return np.asarray(soxr.resample(samples, rate, RATE), np.float32)


def stretches(samples: Samples) -> Iterator[Samples]:
    """Cut samples into stretches for ``to_windows``, each with its neighbours' edges around it."""
    frames = -(-len(samples) // FRAME)
    margin = EDGE * FRAME
    end = -(-frames // KEPT) * KEPT * FRAME + margin + WINDOW
    padded = np.pad(samples, (margin, end - len(samples)))
    for start in range(0, frames, STRETCH):
        windows = min(WINDOWS_AT_ONCE, -(-(frames - start) // KEPT))
        first = start * FRAME
        yield padded[first : first + (windows - 1) * KEPT * FRAME + WINDOW]


def to_windows(inputs: dict[str, Any]) -> Samples:
    """Turn ``{"audio": samples}`` into the model's windows (the ``PREPROCESS`` of the model).

    The model has one input, so the windows need no name; it differs between the model's files.

    Raises:
        ValueError: there are too few samples for a window.
    """
    audio = np.asarray(inputs["audio"], np.float32)
    if audio.ndim != 1 or len(audio) < WINDOW:
        raise ValueError(f"'audio' must be a list of at least {WINDOW} samples at {RATE} Hz.")
    windows = np.lib.stride_tricks.sliding_window_view(audio, WINDOW)[:: KEPT * FRAME]
    return windows[:, :, None]


def from_windows(outputs: dict[str, NDArray[np.float32]]) -> dict[str, NDArray[np.float32]]:
    """Join the windows' answers into rows [frames, ...] (the ``POSTPROCESS`` of the model)."""
    return {
        OUTPUTS.get(name, name): windows[:, EDGE : EDGE + KEPT].reshape(-1, *windows.shape[2:])
        for name, windows in outputs.items()
    }
