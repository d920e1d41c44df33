"""Samples from folders of pictures and recordings."""

from pathlib import Path

import numpy as np
import pytest
import soundfile
from PIL import Image

from tests.shrink.signatures import FOUR, FP32, INT64, PAIR, signature
from wherry.errors import InvalidInput
from wherry.shrink import samples
from wherry.shrink.sampling.drawing import Scale
from wherry.tensors import Datatype

PICTURES = signature({"x": (FP32, (-1, 8, 8, 3))})
SOUND = signature({"x": (FP32, (-1, 400))})


def picture(path: Path, value: int, mode: str = "L", size: tuple[int, int] = (16, 16)) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    Image.new(mode, size, value if mode in ("L", "I;16") else (value, 0, 0)).save(path)
    return path


def sound(path: Path, seconds: float, rate_hz: int = 8000, value: float = 0.5) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    soundfile.write(path, np.full(int(seconds * rate_hz), value, np.float32), rate_hz)
    return path


def refusal(source: Path, wanted: object = PICTURES, **options: object) -> str:
    with pytest.raises(InvalidInput) as caught:
        samples.load(source, wanted, **options)  # type: ignore[arg-type]
    return str(caught.value)


def test_folders_are_classes_in_sorted_order(tmp_path: Path) -> None:
    picture(tmp_path / "zebra/1.png", 255)
    picture(tmp_path / "ant/1.jpg", 0)
    picture(tmp_path / "ant/2.png", 0)
    picture(tmp_path / ".hidden/2.png", 0)
    found = samples.load(tmp_path, PICTURES)
    assert found.labels is not None
    assert found.labels.tolist() == [0, 0, 1]
    np.testing.assert_allclose(found.inputs["x"][2], 1.0)
    assert "the 2 folders are classes 0 (ant) to zebra" in found.source


def test_the_scale_is_said(tmp_path: Path) -> None:
    picture(tmp_path / "1.png", 255)
    assumed = samples.load(tmp_path, PICTURES)
    assert "resized to 8x8, scaled to 0..1 (an assumption" in assumed.source
    assert assumed.labels is None
    signed = samples.load(tmp_path, PICTURES, scale=Scale.SIGNED)
    assert "scaled to -1..1" in signed.source
    assert "assumption" not in signed.source
    plain = samples.load(tmp_path, PICTURES, scale=Scale.NONE)
    assert plain.inputs["x"].max() == 255


@pytest.mark.parametrize(
    ("datatype", "shape", "expected"),
    [
        (FP32, (-1, 8, 8, 1), (1, 8, 8, 1)),
        (FP32, (-1, 3, 10, 8), (1, 3, 10, 8)),
        (FP32, (-1, 8, 9), (1, 8, 9)),
        (Datatype.UINT8, (-1, -1, -1, 3), (1, 224, 224, 3)),
        (Datatype.FP16, (-1, 8, 8, 4), (1, 8, 8, 4)),
        (FP32, (1, 8, 8, 3), (1, 1, 8, 8, 3)),
    ],
)
def test_layouts(
    tmp_path: Path, datatype: Datatype, shape: tuple[int, ...], expected: tuple[int, ...]
) -> None:
    picture(tmp_path / "1.png", 200, "RGB")
    found = samples.load(tmp_path, signature({"x": (datatype, shape)}))
    assert found.inputs["x"].shape == expected


def test_sixteen_bits_are_not_cut_off(tmp_path: Path) -> None:
    picture(tmp_path / "1.png", 32768, "I;16")
    value = samples.load(tmp_path, PICTURES, scale=Scale.NONE).inputs["x"][0, 0, 0, 0]
    assert value == 128


def test_pictures_that_are_none(tmp_path: Path) -> None:
    (tmp_path / "1.png").write_bytes(b"<html>not a picture")
    assert "1.png is not a picture that can be read" in refusal(tmp_path)
    picture(tmp_path / "1.png", 3)
    whole = (tmp_path / "1.png").read_bytes()
    (tmp_path / "1.png").write_bytes(whole[: len(whole) - 30])
    assert "1.png is not a picture that can be read" in refusal(tmp_path)


def test_a_picture_that_unpacks_to_too_much(tmp_path: Path) -> None:
    Image.new("1", (20_000, 6_000)).save(tmp_path / "bomb.png")
    assert "has 20000x6000 pixels" in refusal(tmp_path)


def test_files_beside_classes_are_refused(tmp_path: Path) -> None:
    picture(tmp_path / "1.png", 3)
    picture(tmp_path / "ant/1.png", 3)
    assert "1 files beside folders" in refusal(tmp_path)


def test_inputs_that_hold_no_picture(tmp_path: Path) -> None:
    picture(tmp_path / "1.png", 3)
    assert "fills an input [n, height, width, channels]" in refusal(tmp_path, FOUR)
    assert "can fill one input, and the model takes 'a', 'b'" in refusal(tmp_path, PAIR)
    integers = signature({"x": (INT64, (-1, 8, 8, 3))})
    assert "fill an input of floats, or of UINT8" in refusal(tmp_path, integers)


def test_recordings_are_cut_into_windows(tmp_path: Path) -> None:
    sound(tmp_path / "dog/1.wav", 0.11)
    sound(tmp_path / "cat/1.wav", 0.02, value=0.25)
    found = samples.load(tmp_path, SOUND)
    assert found.inputs["x"].shape == (3, 400)
    assert found.labels is not None
    assert found.labels.tolist() == [0, 1, 1]
    assert found.inputs["x"][0, 159] == pytest.approx(0.25, abs=1e-3)
    assert not found.inputs["x"][0, 160:].any()
    np.testing.assert_allclose(found.inputs["x"][1:], 0.5, atol=1e-3)
    assert "windows of 400 samples at 8000 Hz (an assumption" in found.source


def test_recordings_are_resampled(tmp_path: Path) -> None:
    sound(tmp_path / "1.wav", 0.5, rate_hz=16_000)
    column = signature({"x": (FP32, (-1, 400, 1))})
    found = samples.load(tmp_path, column, rate_hz=8000)
    assert found.inputs["x"].shape == (10, 400, 1)
    assert "at 8000 Hz" in found.source
    assert "assumption" not in found.source


def test_recordings_that_do_not_fit(tmp_path: Path) -> None:
    sound(tmp_path / "1.wav", 0.1)
    assert "fills an input of floats [n, length]" in refusal(tmp_path, PICTURES)
    sound(tmp_path / "2.wav", 0.1, rate_hz=16_000)
    assert "different rates (8000, 16000 Hz)" in refusal(tmp_path, SOUND)
    (tmp_path / "2.wav").write_bytes(b"RIFF nothing")
    assert "2.wav is not a recording" in refusal(tmp_path, SOUND)
