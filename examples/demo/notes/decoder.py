"""From the model's activations to notes: where they begin, how long they last, how sure.

The model answers two questions for each of 88 keys and every frame: does a note begin here
(onset), and does one sound here (note)? A note begins at a peak of the first and lasts while the
second stays up. Two mistakes of the model are put right: it also sees an onset where a tone is
released, and it hears a loud tone's overtones as faint notes of their own.

Source: R. Bittner et al., ICASSP 2022, section 2.4, for the idea and the two thresholds.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

LOWEST_MIDI = 21
"""The first of the 88 keys is the lowest A of a piano."""
ONSET_THRESHOLD = 0.5
SOUNDING_THRESHOLD = 0.3
SHORTEST_FRAMES = 11
"""Shorter than 0.13 s is more often an overtone's flicker than a note."""
PAUSE_FRAMES = 11
"""A tone that dips for no longer than this, as with vibrato, is one note."""
PEAK_FRAMES = 4
"""Two peaks closer than 0.05 s are one attack: nobody repeats a key as fast."""
RELEASE_RATIO = 0.7
RELEASE_FRAMES = 15
JITTER = 0.02
"""A sounding tone that falls to less than this part of itself within 0.17 s of an "onset", before
it has risen by more than jitter, was let go there."""
OVERTONES = frozenset({12, 19, 24, 28, 31, 34, 36})
"""Semitones from a tone to its overtones, the second to the eighth partial."""
OVERTONE_RATIO = 0.65
"""Overtones heard as notes had at most this part of their tone's activation; played octaves and
fifths had more (measured on synthesised chords, see the tests)."""

type Activations = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Note:
    """A note: MIDI pitch, first frame, first frame after it, and mean activation 0..1."""

    midi: int
    start: int
    end: int
    confidence: float


def decode(onset: Activations, sounding: Activations) -> list[Note]:
    """Find the notes in activations [frames, 88], in order of time and then of pitch."""
    notes = [
        Note(LOWEST_MIDI + key, start, end, float(sounding[start:end, key].mean()))
        for key in range(onset.shape[1])
        for start, end in _spans(onset[:, key], sounding[:, key])
        if end - start >= SHORTEST_FRAMES
    ]
    heard = [note for note in notes if not any(_is_overtone(note, tone) for tone in notes)]
    return sorted(heard, key=lambda note: (note.start, note.midi))


def _is_overtone(note: Note, tone: Note) -> bool:
    return (
        note.midi - tone.midi in OVERTONES
        and tone.start - PEAK_FRAMES <= note.start < tone.end
        and note.confidence < OVERTONE_RATIO * tone.confidence
    )


def _spans(onset: Activations, sounding: Activations) -> Iterator[tuple[int, int]]:
    """Yield one key's notes as (first frame, frame after the last)."""
    attacks = [peak for peak in _peaks(onset) if not _is_release(sounding, peak)]
    starts = [*attacks, len(onset)]
    above = sounding >= SOUNDING_THRESHOLD
    for start, next_start in pairwise(starts):
        # The onset comes a few frames before the tone has come up.
        end = start
        for frame in start + np.flatnonzero(above[start:next_start]):
            if frame - end > PAUSE_FRAMES:
                break
            end = int(frame) + 1
        yield start, end


def _is_release(sounding: Activations, peak: int) -> bool:
    before = sounding[max(0, peak - PEAK_FRAMES)]
    after = sounding[peak : peak + RELEASE_FRAMES]
    fallen = np.flatnonzero(after < RELEASE_RATIO * after[0])
    return bool(
        before >= SOUNDING_THRESHOLD
        and len(fallen)
        and after[: fallen[0]].max() <= after[0] + JITTER
    )


def _peaks(onset: Activations) -> list[int]:
    """Return the frames where an onset is the highest of its neighbourhood and high enough."""
    padded = np.pad(onset, PEAK_FRAMES)
    around = np.lib.stride_tricks.sliding_window_view(padded, 2 * PEAK_FRAMES + 1).max(axis=1)
    peaks: list[int] = []
    for frame in np.flatnonzero((onset >= ONSET_THRESHOLD) & (onset == around)):
        if not peaks or frame - peaks[-1] > PEAK_FRAMES:
            peaks.append(int(frame))
    return peaks
