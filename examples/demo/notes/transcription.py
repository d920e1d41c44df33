"""From samples to notes: ask the model stretch by stretch, then decode the whole."""

import time

import numpy as np

from notes.audio import Samples, stretches
from notes.decoder import Note, decode
from wherry.django import get_model

TIMEOUT_S = 25.0
"""For a whole recording: a host's router waits little longer for an answer."""


def transcribe(samples: Samples) -> list[Note]:
    """Return the notes of a recording (mono, at ``audio.RATE``).

    The model runs on a few seconds of sound at a time. That keeps the memory of one answer small
    however long the recording is, and lets other requests in between.

    Raises:
        WherryError: the model could not answer, or not in time.
    """
    model = get_model("notes")
    deadline = time.monotonic() + TIMEOUT_S
    answers = [
        model.predict({"audio": stretch}, timeout_s=deadline - time.monotonic())
        for stretch in stretches(samples)
    ]
    onset, sounding = (
        np.concatenate([answer[name] for answer in answers]) for name in ("onset", "note")
    )
    return decode(onset, sounding)
