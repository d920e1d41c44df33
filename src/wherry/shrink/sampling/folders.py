"""A folder of files, one sample or more in each; folders in it are the classes."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np

from wherry.errors import InvalidInput
from wherry.tensors import Array

IMAGES = frozenset((".png", ".jpg", ".jpeg", ".bmp", ".webp"))
SOUNDS = frozenset((".wav", ".flac", ".ogg"))


@dataclass(frozen=True, slots=True)
class Files:
    """The files of a folder in sorted order, and the class of each where folders tell.

    ``classes`` are the names of the folders in the order of their indices.
    """

    paths: tuple[Path, ...]
    classes: tuple[str, ...]
    labels: Array | None


def find_files(folder: Path, suffixes: frozenset[str]) -> Files:
    """Find the files with one of these suffixes, in the folder or in folders in it.

    Folders directly below are taken for classes, sorted by name, where every file is in one.
    Keras and scikit-learn do the same. Hidden files are left out.

    Raises:
        InvalidInput: there are none, or some are in classes and some are not.
    """
    paths = sorted(
        path
        for path in folder.rglob("*")
        if path.suffix.lower() in suffixes
        and not any(part.startswith(".") for part in path.relative_to(folder).parts)
        and path.is_file()
    )
    if not paths:
        raise InvalidInput(f"The folder {folder} holds no {' or '.join(sorted(suffixes))} file.")
    inside = [path.relative_to(folder).parts for path in paths]
    loose = sum(len(parts) == 1 for parts in inside)
    if loose == len(paths):
        return Files(tuple(paths), (), None)
    if loose:
        raise InvalidInput(
            f"The folder {folder} holds {loose} files beside folders with more. Folders are "
            "classes: put each file into one, or none."
        )
    classes = sorted({parts[0] for parts in inside})
    index = {name: place for place, name in enumerate(classes)}
    labels = np.array([index[parts[0]] for parts in inside], np.int64)
    return Files(tuple(paths), tuple(classes), labels)


def kind_of(folder: Path) -> frozenset[str]:
    """Return the suffixes of what a folder holds: ``IMAGES`` or ``SOUNDS``, whichever is more.

    Raises:
        InvalidInput: it holds neither.
    """
    images = sounds = 0
    for path in folder.rglob("*"):
        suffix = path.suffix.lower()
        images += suffix in IMAGES
        sounds += suffix in SOUNDS
    if images == sounds == 0:
        raise InvalidInput(
            f"The folder {folder} holds neither pictures (.png, .jpg) nor recordings (.wav). "
            "Samples can also be an .npz file, JSON lines (.jsonl), or a function "
            "(FILE.py:FUNCTION)."
        )
    return IMAGES if images >= sounds else SOUNDS


def class_note(files: Files) -> tuple[str, ...]:
    """Say what the folders were taken for."""
    if not files.classes:
        return ()
    first, last = files.classes[0], files.classes[-1]
    return (f"the {len(files.classes)} folders are classes 0 ({first}) to {last}",)
