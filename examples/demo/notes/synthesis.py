"""Sounds made by a formula, so that the demo has one whose notes are known."""

import io
from collections.abc import Sequence

import numpy as np
import soundfile
from numpy.typing import NDArray

MAJOR_SCALE = (60, 62, 64, 65, 67, 69, 71, 72)
"""C major from middle C, as MIDI pitches."""
NOTE_S = 0.5
GAP_S = 0.05
PARTIALS = (1.0, 0.5, 0.35, 0.2, 0.12, 0.08)
"""Loudness of the fundamental and its overtones, falling as those of a plucked string do."""


def tone(midi: int, seconds: float, rate: int) -> NDArray[np.float64]:
    """Return a plucked tone of -1..1 that has died away when its time is over."""
    time = np.arange(round(seconds * rate)) / rate
    pitch = 440 * 2 ** ((midi - 69) / 12)
    wave = sum(
        loudness * np.sin(2 * np.pi * pitch * number * time)
        for number, loudness in enumerate(PARTIALS, start=1)
        if pitch * number < rate / 2
    )
    attack, release = np.minimum(1, time / 0.008), np.minimum(1, (seconds - time) / 0.03)
    return np.asarray(wave * np.exp(-3 * time) * attack * release / sum(PARTIALS))


def scale(rate: int, pitches: Sequence[int] = MAJOR_SCALE) -> NDArray[np.float64]:
    """Return the pitches one after another, with short rests between them."""
    rest = np.zeros(round(GAP_S * rate))
    return np.concatenate([np.concatenate([tone(p, NOTE_S, rate), rest]) for p in pitches])


def to_wav(samples: NDArray[np.float64], rate: int, sample_format: str = "PCM_16") -> bytes:
    """Return the samples as a WAV file."""
    file = io.BytesIO()
    soundfile.write(file, samples, rate, format="WAV", subtype=sample_format)
    return file.getvalue()
