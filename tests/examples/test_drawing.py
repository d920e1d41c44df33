"""From pictures to the model's input, the way the training digits took."""

import io
import struct
import zlib

import numpy as np
import pytest
from digits.drawing import enlarge, fit, read_picture
from digits.pictures import from_outputs, to_inputs
from numpy.typing import NDArray
from PIL import Image


def png(pixels: NDArray[np.uint8], mode: str | None = None, kind: str = "PNG") -> bytes:
    """The pixels as a file."""
    file = io.BytesIO()
    image = Image.fromarray(pixels)
    (image.convert(mode) if mode else image).save(file, kind)
    return file.getvalue()


def bar(height: int = 200, width: int = 200) -> NDArray[np.uint8]:
    """A black upright bar on white."""
    pixels = np.full((height, width), 255, np.uint8)
    pixels[height // 4 : height * 3 // 4, width // 2 - 10 : width // 2 + 10] = 0
    return pixels


def test_enlarging_keeps_flat_areas_and_the_range() -> None:
    """Blank stays 0, full stays 1, and three decimals are enough for every value."""
    assert not enlarge(np.zeros((1, 8, 8))).any()
    assert (enlarge(np.full((2, 8, 8), 16)) == 1).all()
    random = enlarge(np.random.default_rng(0).integers(0, 17, (20, 8, 8)))
    assert random.shape == (20, 784)
    assert random.dtype == np.float32
    assert random == pytest.approx(random.round(3), abs=1e-7)


def test_a_drawing_fills_the_height_wherever_and_however_large_it_was() -> None:
    """Moved and scaled, the same drawing gives the same cells."""
    small = np.zeros((100, 100), np.float32)
    small[10:50, 20:40] = 1
    large = np.zeros((300, 400), np.float32)
    large[100:260, 300:380] = 1
    cells = fit(small)
    assert (cells == fit(large)).all()
    assert cells[0].any()
    assert cells[7].any()
    assert (cells[:, 3:5] == 16).all()


def test_a_wide_drawing_keeps_its_proportions() -> None:
    """A lying bar stays a lying bar in the middle of the field."""
    ink = np.zeros((50, 200), np.float32)
    ink[10:40, 10:190] = 1
    rows = fit(ink).any(axis=1)
    assert rows.tolist() == [False, False, False, True, True, False, False, False]


@pytest.mark.parametrize("kind", ["PNG", "JPEG"])
@pytest.mark.parametrize("mode", ["L", "RGB"])
def test_dark_on_light_and_light_on_dark_are_the_same_digit(kind: str, mode: str) -> None:
    """The edge of the picture tells which is the paper."""
    dark = fit(read_picture(png(bar(), mode, kind)))
    light = fit(read_picture(png(255 - bar(), mode, kind)))
    assert np.abs(dark.astype(int) - light).max() <= 1


def test_transparency_is_paper() -> None:
    """A drawing on a transparent ground, as drawing programs save it, is read."""
    pixels = np.zeros((200, 200, 4), np.uint8)
    pixels[50:150, 90:110, 3] = 255
    assert (fit(read_picture(png(pixels))) == fit(read_picture(png(bar())))).all()


def chunk(kind: bytes, content: bytes) -> bytes:
    """One chunk of a PNG file."""
    return (
        struct.pack(">I", len(content))
        + kind
        + content
        + struct.pack(">I", zlib.crc32(kind + content))
    )


def bomb(width: int, height: int) -> bytes:
    """A PNG file of a few bytes that announces a huge picture."""
    header = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    content = chunk(b"IDAT", zlib.compress(bytes(1000)))
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + content + chunk(b"IEND", b"")


WRONG = {
    "nothing": (b"", "not a whole PNG or JPEG"),
    "text": (b"a picture, honestly", "not a whole PNG or JPEG"),
    "cut short": (
        png(np.random.default_rng(0).integers(0, 255, (99, 99), np.uint8))[:3000],
        "whole",
    ),
    "another format": (png(bar(), kind="GIF"), "not a whole PNG or JPEG"),
    "blank": (png(np.full((50, 50), 200, np.uint8)), "nothing in the picture"),
    "large": (bomb(5_000, 5_000), "at most"),
    "a bomb": (bomb(60_000, 60_000), "PNG or JPEG|at most"),
}


@pytest.mark.parametrize("case", WRONG)
def test_what_is_no_picture_of_anything_is_refused_with_a_sentence(case: str) -> None:
    """Each is a ValueError, which Wherry turns into a 400 with its words."""
    data, says = WRONG[case]
    with pytest.raises(ValueError, match=says):
        to_inputs(data)


@pytest.mark.parametrize("value", [None, [1, 2], {"image": 3}, "text"])
def test_a_body_that_is_no_file_is_refused(value: object) -> None:
    """JSON instead of a file is answered with what to send."""
    with pytest.raises(ValueError, match="image/png"):
        to_inputs(value)


def test_the_answer_names_the_likeliest_label() -> None:
    """Ten probabilities by label, and the label of the largest."""
    outputs = {"probabilities": np.array([[0, 0, 0, 0.75, 0, 0, 0.25, 0, 0, 0]], np.float32)}
    answer = from_outputs(outputs)
    assert answer["label"] == "3"
    assert answer["probabilities"]["6"] == 0.25
    assert list(answer["probabilities"]) == list("0123456789")
