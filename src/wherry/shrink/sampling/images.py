"""Samples from a folder of pictures: decoded, resized and scaled to what the input takes."""

import warnings
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from wherry.errors import InvalidInput, RuntimeMissing
from wherry.shrink.sampling.drawing import Drawn, Scale, Wanted, only_input, sample_bytes
from wherry.shrink.sampling.folders import IMAGES, class_note, find_files
from wherry.tensors import VARIABLE, Array, Datatype, TensorSpec

_MODES = {1: "L", 3: "RGB", 4: "RGBA"}
_OPEN_SIDE = 224
"""For an input that takes any size: what most image models were trained on."""
_MAX_PIXELS = 100_000_000
_FLOATS = (Datatype.FP16, Datatype.BF16, Datatype.FP32, Datatype.FP64)


@dataclass(frozen=True, slots=True)
class _Layout:
    """How an input holds a picture. ``channels_axis`` is None where there is no such axis."""

    height: int
    width: int
    channels: int
    channels_axis: int | None


def read_images(folder: Path, wanted: Wanted) -> Drawn:
    """Read pictures for a model whose one input holds them.

    Raises:
        InvalidInput: the input holds no picture, or a file is none.
        RuntimeMissing: Pillow is not installed.
    """
    name = only_input(wanted.signature, f"A folder of pictures ({folder})")
    spec = wanted.signature.inputs[0]
    layout = _layout(spec)
    scale = _scale(spec, wanted.scale)
    files = find_files(folder, IMAGES)
    shape = (layout.height, layout.width, layout.channels)
    rows = wanted.choose(len(files.paths), sample_bytes(wanted.signature, {name: shape}))
    dtype = spec.datatype.numpy
    pictures = np.stack([_scaled(_picture(files.paths[row], layout), scale, dtype) for row in rows])
    if layout.channels_axis is None:
        pictures = pictures[..., 0]
    elif layout.channels_axis == 0:
        pictures = np.moveaxis(pictures, -1, 1)
    return Drawn(
        {name: pictures},
        None if files.labels is None else files.labels[rows],
        str(folder),
        len(files.paths),
        rows,
        len(files.paths),
        (*_notes(layout, scale, wanted), *class_note(files)),
    )


def _layout(spec: TensorSpec) -> _Layout:
    """Read the layout off a shape: [n, h, w, c], [n, c, h, w] or [n, h, w]."""
    sides = spec.shape[1:] if spec.shape is not None else ()
    if len(sides) == 2:
        return _Layout(_side(sides[0]), _side(sides[1]), 1, None)
    if len(sides) == 3 and (
        sides[2] in _MODES or (sides[2] == VARIABLE and sides[0] not in _MODES)
    ):
        return _Layout(_side(sides[0]), _side(sides[1]), _channels(sides[2]), 2)
    if len(sides) == 3 and sides[0] in _MODES:
        return _Layout(_side(sides[1]), _side(sides[2]), sides[0], 0)
    raise InvalidInput(
        f"A folder of pictures fills an input [n, height, width, channels], and {spec.name!r} is "
        f"{spec}. Put the samples into an .npz file, or write a function that returns them."
    )


def _side(size: int) -> int:
    return _OPEN_SIDE if size == VARIABLE else size


def _channels(size: int) -> int:
    return 3 if size == VARIABLE else size


def _scale(spec: TensorSpec, asked: Scale | None) -> Scale:
    if spec.datatype in _FLOATS:
        return asked or Scale.UNIT
    if spec.datatype is Datatype.UINT8 and asked in (None, Scale.NONE):
        return Scale.NONE
    raise InvalidInput(
        f"Pictures fill an input of floats, or of UINT8 unscaled; {spec.name!r} is {spec}. "
        "Put the samples into an .npz file."
    )


def _notes(layout: _Layout, scale: Scale, wanted: Wanted) -> tuple[str, ...]:
    size = f"resized to {layout.height}x{layout.width}"
    if scale is Scale.NONE:
        return size, "left at 0..255"
    doubt = "" if wanted.scale else " (an assumption: name the scale the model was trained with)"
    return size, f"scaled to {scale.value}{doubt}"


def _scaled(picture: Array, scale: Scale, dtype: np.dtype[Any]) -> Array:
    if scale is Scale.NONE:
        return picture.astype(dtype)
    unit = picture.astype(np.float32) / np.float32(255)
    return (unit * 2 - 1 if scale is Scale.SIGNED else unit).astype(dtype)


def _picture(path: Path, layout: _Layout) -> Array:
    """Decode one file to uint8 [height, width, channels]."""
    try:
        from PIL import Image, UnidentifiedImageError
    except ImportError as error:
        raise RuntimeMissing(
            f'Reading pictures needs Pillow: pip install "wherry[shrink]" ({error}).'
        ) from error
    try:
        with warnings.catch_warnings():
            # Pillow warns of a picture that unpacks to far more than its file; ours is an error.
            warnings.simplefilter("ignore")
            with Image.open(path) as image:
                if image.width * image.height > _MAX_PIXELS:
                    raise InvalidInput(
                        f"{path} has {image.width}x{image.height} pixels, and at most "
                        f"{_MAX_PIXELS:,} are decoded; give a smaller picture."
                    )
                image.draft(_MODES[layout.channels], (layout.width, layout.height))
                flat = _eight_bits(image, Image).convert(_MODES[layout.channels])
                flat = flat.resize((layout.width, layout.height), Image.Resampling.BILINEAR)
    except (UnidentifiedImageError, Image.DecompressionBombError, OSError, SyntaxError) as error:
        raise InvalidInput(f"{path} is not a picture that can be read: {error}.") from None
    return np.asarray(flat, np.uint8).reshape(layout.height, layout.width, layout.channels)


def _eight_bits(image: Any, pillow: Any) -> Any:
    """Bring 16-bit greys down to 8 bits; Pillow itself would cut them off at 255."""
    if not image.mode.startswith("I"):
        return image
    return pillow.fromarray(
        (np.asarray(image).astype(np.int64).clip(0, 65535) >> 8).astype(np.uint8)
    )
