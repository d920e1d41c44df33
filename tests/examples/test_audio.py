"""Reading WAV files safely, and cutting sound into the model's windows."""

import io
import struct

import numpy as np
import pytest
import soundfile
from notes import audio
from notes.synthesis import to_wav, tone

RATES = (8_000, 11_025, 22_050, 44_100, 48_000, 96_000, 192_000)


@pytest.mark.parametrize("rate", RATES)
def test_a_tone_of_any_rate_is_the_same_tone(rate: int) -> None:
    """Resampled to the model's rate, 440 Hz stays 440 Hz and keeps its length."""
    samples = audio.read_wav(to_wav(np.sin(2 * np.pi * 440 * np.arange(rate) / rate), rate))
    assert abs(len(samples) - audio.RATE) <= 1
    spectrum = np.abs(np.fft.rfft(samples * np.hanning(len(samples))))
    assert spectrum.argmax() == 440


@pytest.mark.parametrize("kind", ["PCM_U8", "PCM_16", "PCM_24", "PCM_32", "FLOAT", "DOUBLE"])
@pytest.mark.parametrize("channels", [1, 2])
def test_every_sample_format_gives_the_same_sound(kind: str, channels: int) -> None:
    """Formats differ by their rounding only; two equal channels are one."""
    sound = tone(69, 0.5, audio.RATE)
    read = audio.read_wav(to_wav(np.stack([sound] * channels, axis=1), audio.RATE, kind))
    assert read.dtype == np.float32
    assert read == pytest.approx(sound, abs=0.01)


def test_stereo_is_mixed() -> None:
    """The mean of both channels is heard."""
    sound = tone(69, 0.5, audio.RATE)
    both = np.stack([sound, np.zeros_like(sound)], axis=1)
    assert audio.read_wav(to_wav(both, audio.RATE, "FLOAT")) == pytest.approx(sound / 2, abs=1e-6)


def wave_header(data_bytes: int, rate: int = 22_050, channels: int = 1) -> bytes:
    """A header that announces 16-bit samples."""
    size = channels * 2
    body = b"WAVEfmt " + struct.pack("<IHHIIHH", 16, 1, channels, rate, rate * size, size, 16)
    return (
        b"RIFF"
        + struct.pack("<I", min(36 + data_bytes, 2**32 - 1))
        + body
        + b"data"
        + struct.pack("<I", data_bytes)
    )


def flac() -> bytes:
    """A file that the library can read and that is not a WAV file."""
    file = io.BytesIO()
    soundfile.write(file, np.zeros(1000), 22_050, format="FLAC")
    return file.getvalue()


WRONG = {
    "nothing": (b"", "not a WAV file"),
    "text": (b"hello, this is not a sound" * 100, "not a WAV file"),
    "only the first four bytes": (b"RIFF", "not a WAV file"),
    "a header cut short": (wave_header(1000)[:30], "not a WAV file"),
    "another format": (flac(), "not a WAV file but FLAC"),
    "no samples": (wave_header(0), "empty"),
    "too long": (to_wav(np.zeros(61 * 8_000), 8_000), "longer than 60 seconds"),
    "too many bytes": (wave_header(13 * 2**20) + bytes(13 * 2**20), "larger than 12 MB"),
    "many channels": (to_wav(np.zeros((100, 9)), 8_000), "9 channels"),
    "not a number": (to_wav(np.full(1000, np.nan), 8_000, "FLOAT"), "not numbers"),
    "infinity": (to_wav(np.full(1000, np.inf), 8_000, "FLOAT"), "not numbers"),
}


@pytest.mark.parametrize("case", WRONG)
def test_a_file_that_cannot_be_used_is_refused_with_a_sentence(case: str) -> None:
    """Each is a ValueError that says what is wrong with the file."""
    data, says = WRONG[case]
    with pytest.raises(ValueError, match=says):
        audio.read_wav(data)


def length_read(data: bytes) -> int:
    """How many samples were read; 0 if the file was refused."""
    try:
        return len(audio.read_wav(data))
    except ValueError:
        return 0


@pytest.mark.parametrize("announced", [1, 2_000, 2**31, 2**32 - 1])
def test_a_header_that_lies_about_its_length_costs_no_memory(announced: int) -> None:
    """What is there is read, or refused: never what is announced."""
    data = wave_header(announced) + bytes(1_000)
    assert length_read(data) <= 500


@pytest.mark.parametrize("rate", [1, 2**31 - 1])
def test_an_absurd_sample_rate_is_no_way_to_fill_the_memory(rate: int) -> None:
    """The length in seconds bounds what is made of it."""
    data = wave_header(120, rate=rate) + bytes(120)
    assert length_read(data) <= audio.LONGEST_S * audio.RATE


def test_every_truncation_of_a_file_is_read_or_refused() -> None:
    """Nothing but a ValueError comes out of a damaged file."""
    whole = to_wav(tone(69, 0.05, 8_000), 8_000)
    for length in range(0, len(whole), 7):
        assert length_read(whole[:length]) <= 0.05 * audio.RATE + 1


@pytest.mark.parametrize("length", [1, 255, 256, 36_351, 36_352, 36_353, 145_409, 700_001])
def test_windows_cover_every_frame_once(length: int) -> None:
    """Joined again, row n of the model's answer belongs to sample 256 n, for any length."""
    samples = np.arange(length, dtype=np.float32)
    rows = []
    for stretch in audio.stretches(samples):
        windows = audio.to_windows({"audio": stretch})
        assert windows.shape[1:] == (audio.WINDOW, 1)
        assert len(windows) <= audio.WINDOWS_AT_ONCE
        # A stand-in for the model whose frame n says which sample it begins at.
        frames = windows[:, : audio.FRAMES * audio.FRAME : audio.FRAME, 0]
        rows.append(audio.from_windows({"at": frames[:, :, np.newaxis]})["at"][:, 0])
    at = np.concatenate(rows)
    frames_in_sound = -(-length // audio.FRAME)
    assert len(at) >= frames_in_sound
    assert at[:frames_in_sound].tolist() == list(range(0, length, audio.FRAME))
    assert not at[frames_in_sound:].any()


@pytest.mark.parametrize("given", [[], [0.0] * 100, [[0.0] * audio.WINDOW]])
def test_the_hook_refuses_what_is_no_stretch_of_sound(given: list[object]) -> None:
    """Too few samples, or more than one row of them, are the caller's mistake."""
    with pytest.raises(ValueError, match="samples at 22050 Hz"):
        audio.to_windows({"audio": given})
