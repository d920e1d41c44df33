"""The demo site over HTTP: pages, answers, and what it says to bad input."""

import io
import json
import re

import numpy as np
import pytest
from digits.drawing import enlarge
from digits.views import read_held_back
from notes.synthesis import MAJOR_SCALE, scale, to_wav
from PIL import Image

from tests.examples.conftest import Site


@pytest.mark.parametrize("path", ["/", "/notes/", "/models/"])
def test_every_page_is_whole(site: Site, path: str) -> None:
    """It is HTML, marks itself in the navigation, and everything that it names is there."""
    page = site.get(path)
    assert page.status == 200
    assert page.content_type.startswith("text/html")
    text = page.content.decode()
    assert re.search(rf'<a href="{path}" aria-current="page">', text)
    named = re.findall(r'(?:href|src)="(/[^"]*)"', text)
    assert any(name.endswith(".css") for name in named)
    assert [name for name in named if site.get(name).status != 200] == []


@pytest.mark.parametrize("path", ["/", "/notes/", "/models/"])
def test_no_page_fetches_anything_from_elsewhere(site: Site, path: str) -> None:
    """The site works without the internet."""
    text = site.get(path).content.decode()
    fetched = re.findall(r'<(?:script|link|img|audio)[^>]*(?:href|src)="([^"]*)"', text)
    assert fetched
    assert all(name.startswith("/static/") for name in fetched)


def test_a_held_back_digit_can_be_had_and_is_read(site: Site) -> None:
    """The digit that the page shows is one of the file's, and the model answers for it."""
    digit = site.get("/digits/held-back").value
    assert digit in read_held_back()
    image = enlarge(np.reshape(digit["cells"], (1, 8, 8)))[0]
    body = json.dumps({"instances": [image.tolist()]}).encode()
    [probabilities] = site.post("/v1/models/digits:predict", body, "application/json").value[
        "predictions"
    ]
    assert sum(probabilities) == pytest.approx(1, abs=1e-5)


def picture_of_a_one() -> bytes:
    """A photograph-like PNG: a dark upright bar, slightly off the middle."""
    pixels = np.full((300, 200), 240, np.uint8)
    pixels[40:260, 90:130] = 20
    file = io.BytesIO()
    Image.fromarray(pixels).save(file, "PNG")
    return file.getvalue()


def test_an_uploaded_picture_gets_a_label(site: Site) -> None:
    """The hooks turn a file into numbers and numbers into a label."""
    answer = site.post("/v1/models/digit-pictures:predict", picture_of_a_one(), "image/png")
    assert answer.status == 200
    assert answer.value["predictions"]["label"] == "1"


@pytest.mark.parametrize(
    ("body", "content_type", "status", "says"),
    [
        (b"no picture", "image/png", 400, "not a whole PNG or JPEG"),
        (b'{"instances": [[1, 2]]}', "application/json", 400, "Send the picture itself"),
        (picture_of_a_one()[:200], "image/png", 400, "not a whole PNG or JPEG"),
        (picture_of_a_one(), "text/html", 415, "text/html"),
    ],
)
def test_what_is_no_picture_is_answered_with_a_sentence(
    site: Site, body: bytes, content_type: str, status: int, says: str
) -> None:
    """The right status and words, and no traceback."""
    answer = site.post("/v1/models/digit-pictures:predict", body, content_type)
    assert answer.status == status
    assert says in answer.value["error"]


def test_the_scale_has_exactly_its_notes(site: Site) -> None:
    """The sound that the page offers is transcribed without a mistake."""
    wav = site.get("/notes/scale.wav")
    assert wav.content_type == "audio/wav"
    answer = site.post("/notes/transcription", wav.content, "audio/wav").value
    assert [note["midi"] for note in answer["notes"]] == list(MAJOR_SCALE)
    starts = [note["start_s"] for note in answer["notes"]]
    assert starts == pytest.approx(np.arange(8) * 0.55, abs=0.03)
    assert answer["duration_s"] == pytest.approx(4.4, abs=0.001)


@pytest.mark.parametrize("rate", [8_000, 16_000, 44_100, 48_000, 96_000])
def test_the_scale_is_heard_at_any_rate(site: Site, rate: int) -> None:
    """Played down from C, at the sample rates that recorders use."""
    down = MAJOR_SCALE[::-1]
    answer = site.post("/notes/transcription", to_wav(scale(rate, down), rate), "audio/wav")
    assert [note["midi"] for note in answer.value["notes"]] == list(down)


@pytest.mark.parametrize(
    ("body", "status", "says"),
    [
        (b"", 400, "not a WAV file"),
        (b"RIFF1234WAVEfmt ", 400, "not a WAV file"),
        (to_wav(np.zeros(70 * 8_000), 8_000), 400, "longer than 60 seconds"),
    ],
)
def test_what_is_no_recording_is_answered_with_a_sentence(
    site: Site, body: bytes, status: int, says: str
) -> None:
    """The right status and words, and no traceback."""
    answer = site.post("/notes/transcription", body, "audio/wav")
    assert answer.status == status
    assert says in answer.value["error"]


def test_a_recording_that_is_too_large_is_not_even_read(site: Site) -> None:
    """The announced length is enough for a 413."""
    answer = site.announce("/notes/transcription", 13 * 2**20)
    assert answer.status == 413
    assert "larger than" in answer.value["error"]


def test_a_minute_of_sound_is_answered(site: Site) -> None:
    """The longest recording is run in stretches, and has its first and its last note."""
    octaves = [48 + step % 24 for step in range(109)]
    answer = site.post("/notes/transcription", to_wav(scale(22_050, octaves), 22_050), "audio/wav")
    heard = [note["midi"] for note in answer.value["notes"]]
    assert (heard[0], heard[-1]) == (48, octaves[-1])
    assert answer.value["duration_s"] == pytest.approx(59.95, abs=0.01)


def test_only_posting_transcribes(site: Site) -> None:
    """A browser that opens the address is told how it is meant."""
    answer = site.get("/notes/transcription")
    assert answer.status == 405
    assert "POST" in answer.value["error"]


def test_the_models_page_shows_what_is_served(site: Site) -> None:
    """Every model with its state and runtime, and the server's processes with their memory."""
    text = site.get("/models/").content.decode()
    shown = dict(re.findall(r'data-model="([^"]+)" data-state="([^"]+)"', text))
    assert shown == {"digits": "ready", "digit-pictures": "ready", "notes": "ready"}
    assert "litert" in text
    assert "onnx" in text
    [held] = re.findall(r'data-bytes="(\d+)"', text)
    assert 20 * 2**20 < int(held) < 512 * 2**20
