"""The note decoder: on the real model's activations of synthesised sounds, and on made-up ones."""

from collections.abc import Callable, Sequence
from itertools import pairwise
from pathlib import Path

import numpy as np
import onnxruntime
import pytest
from notes import audio, synthesis
from notes.decoder import Note, decode
from numpy.typing import NDArray

from tests import pitch

type Hear = Callable[[NDArray[np.float64]], list[Note]]
type Phrase = Sequence[tuple[int, ...] | None]

TIMBRES = {
    "plucked": {"partials": (1.0, 0.5, 0.35, 0.2, 0.12, 0.08), "decay": 3.0, "attack": 0.005},
    "organ": {"partials": (1.0, 0.8, 0.6, 0.4, 0.2, 0.3), "decay": 0.0, "attack": 0.02},
    "flute": {"partials": (1.0, 0.15, 0.05), "decay": 0.0, "attack": 0.06},
    "clarinet": {"partials": (1.0, 0.02, 0.6, 0.02, 0.35), "decay": 0.0, "attack": 0.03},
    "sine": {"partials": (1.0,), "decay": 0.0, "attack": 0.02},
}
SCALE = [(midi,) for midi in synthesis.MAJOR_SCALE]


@pytest.fixture(scope="module")
def hear() -> Hear:
    """What the model and the decoder hear in samples at the model's rate, without Wherry."""
    session = onnxruntime.InferenceSession(str(pitch.ONNX))
    [taken] = session.get_inputs()
    names = [output.name for output in session.get_outputs()]

    def listen(samples: NDArray[np.float64]) -> list[Note]:
        answers = [
            audio.from_windows(
                dict(
                    zip(
                        names,
                        session.run(None, {taken.name: audio.to_windows({"audio": stretch})}),
                        strict=True,
                    )
                )
            )
            for stretch in audio.stretches(samples.astype(np.float32))
        ]
        onset, sounding = (
            np.concatenate([answer[name] for answer in answers]) for name in ("onset", "note")
        )
        return decode(onset, sounding)

    return listen


def tone(midi: int, seconds: float, timbre: str) -> NDArray[np.float64]:
    """A tone of one of the timbres."""
    sound = TIMBRES[timbre]
    time = np.arange(round(seconds * audio.RATE)) / audio.RATE
    pitch_hz = 440 * 2 ** ((midi - 69) / 12)
    partials = sound["partials"]
    wave = sum(
        loudness * np.sin(2 * np.pi * pitch_hz * number * time)
        for number, loudness in enumerate(partials, start=1)
        if pitch_hz * number < audio.RATE / 2
    )
    edges = np.minimum(1, time / sound["attack"]) * np.minimum(1, (seconds - time) / 0.03)
    return np.asarray(wave / sum(partials) * np.exp(-sound["decay"] * time) * edges)


def play(phrase: Phrase, timbre: str, seconds: float = 0.45, gap: float = 0.1) -> NDArray:
    """Chords (None: a rest) one after another."""
    rest = np.zeros(round(gap * audio.RATE))
    parts = []
    for chord in phrase:
        if chord is None:
            parts.append(np.zeros(round(seconds * audio.RATE)))
        else:
            parts += [sum(tone(m, seconds, timbre) for m in chord) * 0.8 / len(chord), rest]
    return np.concatenate(parts)


def pitches(notes: Sequence[Note]) -> list[int]:
    """The notes' pitches in order."""
    return [note.midi for note in notes]


@pytest.mark.parametrize("timbre", TIMBRES)
@pytest.mark.parametrize("gap", [0.1, 0.0])
def test_a_scale_is_heard_note_by_note_whatever_plays_it(
    hear: Hear, timbre: str, gap: float
) -> None:
    """Detached or legato, each timbre's scale gives its pitches, in order and nothing else."""
    assert pitches(hear(play(SCALE, timbre, gap=gap))) == list(synthesis.MAJOR_SCALE)


@pytest.mark.parametrize("timbre", TIMBRES)
@pytest.mark.parametrize("gap", [0.1, 0.0])
def test_a_repeated_key_is_heard_as_often_as_it_is_struck(
    hear: Hear, timbre: str, gap: float
) -> None:
    """An onset splits a sounding key; a release does not."""
    assert pitches(hear(play([(67,)] * 4, timbre, gap=gap))) == [67] * 4


@pytest.mark.parametrize("timbre", ["plucked", "flute", "clarinet", "sine"])
def test_chords_give_all_their_notes(hear: Hear, timbre: str) -> None:
    """Three triads give nine notes and no overtone."""
    triads = [(60, 64, 67), (62, 65, 69), (59, 62, 67)]
    heard = hear(play(triads, timbre, seconds=0.8))
    assert sorted(pitches(heard)) == sorted(midi for chord in triads for midi in chord)


@pytest.mark.parametrize("timbre", ["plucked", "organ", "flute", "clarinet"])
def test_a_played_octave_is_not_taken_for_an_overtone(hear: Hear, timbre: str) -> None:
    """Both notes of an octave are heard, where one alone gives one."""
    octaves = [(60, 72), (57, 69), (48, 60)]
    heard = hear(play(octaves, timbre, seconds=0.8))
    assert sorted(pitches(heard)) == sorted(midi for chord in octaves for midi in chord)
    assert pitches(hear(play([(60,), (57,), (48,)], timbre, seconds=0.8))) == [60, 57, 48]


def test_rests_are_kept(hear: Hear) -> None:
    """Notes begin where they were played, within 30 ms, with silence between them."""
    heard = hear(play([(60,), None, (64,), None, (67,)], "plucked", seconds=0.45, gap=0.1))
    assert pitches(heard) == [60, 64, 67]
    starts = [note.start * audio.FRAME_S for note in heard]
    assert starts == pytest.approx([0.0, 1.0, 2.0], abs=0.03)
    assert all(note.end < later.start for note, later in pairwise(heard))


def test_a_long_recording_keeps_time_over_many_windows(hear: Hear) -> None:
    """Twenty seconds in, a note is still where it was played: windows are joined without drift."""
    heard = hear(play([(60 + step % 12,) for step in range(40)], "plucked", 0.45, 0.05))
    assert len(heard) == 40
    played = [step * 0.5 for step in range(40)]
    assert [note.start * audio.FRAME_S for note in heard] == pytest.approx(played, abs=0.04)


@pytest.mark.parametrize("seconds", [0.5, 3.0])
def test_silence_and_noise_have_no_notes(hear: Hear, seconds: float) -> None:
    """Nothing is heard where nothing is played."""
    length = round(seconds * audio.RATE)
    assert hear(np.zeros(length)) == []
    assert hear(np.random.default_rng(1).normal(0, 0.1, length)) == []


def activations(frames: int = 120) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """Onset and sounding activations in which nothing happens."""
    return np.zeros((frames, 88), np.float32), np.zeros((frames, 88), np.float32)


def test_a_note_lasts_as_long_as_it_sounds() -> None:
    """It begins at the onset's peak and ends after the last frame that sounds."""
    onset, sounding = activations()
    onset[9:12, 39] = [0.6, 0.9, 0.7]
    sounding[11:60, 39] = 0.8
    [note] = decode(onset, sounding)
    assert (note.midi, note.start, note.end) == (60, 10, 60)


def test_a_short_dip_does_not_end_a_note_and_a_long_one_does() -> None:
    """Ten quiet frames are bridged, twenty are not."""
    for quiet, end in ((10, 70), (20, 40)):
        onset, sounding = activations()
        onset[10, 39] = 0.9
        sounding[10:70, 39] = 0.8
        sounding[40 : 40 + quiet, 39] = 0.1
        [note] = decode(onset, sounding)
        assert note.end == end


def test_an_onset_without_a_tone_is_no_note() -> None:
    """A click, and a tone shorter than the shortest note, give nothing."""
    onset, sounding = activations()
    onset[10, 39] = onset[50, 45] = 0.9
    sounding[50:55, 45] = 0.8
    assert decode(onset, sounding) == []


def test_the_outermost_keys_and_the_last_frame_are_heard() -> None:
    """Nothing is lost at the edges."""
    onset, sounding = activations()
    onset[0, 0] = onset[100, 87] = 0.9
    sounding[0:40, 0] = sounding[100:120, 87] = 0.8
    first, last = decode(onset, sounding)
    assert (first.midi, first.start, first.end) == (21, 0, 40)
    assert (last.midi, last.start, last.end) == (108, 100, 120)


def test_the_model_file_is_the_one_the_windows_are_made_for() -> None:
    """The constants are those of the file: 43,844 samples in, 172 frames of 88 keys out."""
    session = onnxruntime.InferenceSession(str(pitch.ONNX))
    assert Path(pitch.ONNX).is_file()
    assert session.get_inputs()[0].shape[1:] == [audio.WINDOW, 1]
    shapes = {output.name: output.shape[1:] for output in session.get_outputs()}
    assert {audio.OUTPUTS[name]: shape for name, shape in shapes.items()} == {
        "onset": [audio.FRAMES, 88],
        "note": [audio.FRAMES, 88],
        "contour": [audio.FRAMES, 264],
    }
