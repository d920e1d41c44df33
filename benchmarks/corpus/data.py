"""The real data that models are trained on: what scikit-learn carries with it."""

from pathlib import Path

import numpy as np
from sklearn import datasets

from wherry.tensors import Array

HELD_BACK = 359
"""Digits that no model sees in training."""
_WORDS = 12
_VOCABULARY = 400
_IMAGES = 12
_IMAGE_PIXELS = 299


def write(path: Path) -> Path:
    """Write the arrays that recipes read, and return the path."""
    if path.is_file():
        return path
    arrays: dict[str, Array] = {}
    digits = datasets.load_digits()
    arrays["digits"] = (digits.images / 16).astype(np.float32)
    arrays["digits_labels"] = digits.target.astype(np.int64)
    for name in ("iris", "wine", "diabetes"):
        bunch = getattr(datasets, f"load_{name}")()
        order = np.random.default_rng(0).permutation(len(bunch.target))
        arrays[name] = bunch.data[order].astype(np.float32)
        arrays[f"{name}_labels"] = bunch.target[order].astype(
            np.float32 if name == "diabetes" else np.int64
        )
    arrays |= _texts()
    arrays["images"] = _images()
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("wb") as file:
        np.savez(file, allow_pickle=False, **arrays)
    return path


def _texts() -> dict[str, Array]:
    """Return runs of words of the data sets' own descriptions, and which one each is from."""
    texts, labels = [], []
    names = ("digits", "iris", "wine", "diabetes", "breast_cancer")
    for label, name in enumerate(names):
        words = getattr(datasets, f"load_{name}")().DESCR.lower().split()
        words = [word.strip(".,:;()*-_`'\"|=+") for word in words]
        words = [word for word in words if word.isascii() and word.isalpha()]
        for first in range(0, len(words) - _WORDS, 4):
            texts.append(" ".join(words[first : first + _WORDS - (first // 4) % 5]))
            labels.append(label)
    order = np.random.default_rng(0).permutation(len(texts))
    counts: dict[str, int] = {}
    for text in texts:
        for word in text.split():
            counts[word] = counts.get(word, 0) + 1
    vocabulary = sorted(counts, key=lambda word: (-counts[word], word))[: _VOCABULARY - 2]
    index = {word: number + 2 for number, word in enumerate(vocabulary)}
    ids = np.zeros((len(texts), _WORDS), np.int32)
    for row, text in enumerate(texts):
        found = [index.get(word, 1) for word in text.split()]
        ids[row, : len(found)] = found
    return {
        "texts": np.array(texts)[order],
        "texts_labels": np.array(labels, np.int64)[order],
        "text_ids": ids[order],
        "vocabulary": np.array(vocabulary),
    }


def _images() -> Array:
    """Return pieces of the two photographs, uint8."""
    from PIL import Image

    draw = np.random.default_rng(0)
    pieces = []
    for photograph in datasets.load_sample_images().images:
        height, width = photograph.shape[:2]
        for _ in range(_IMAGES // 2):
            side = int(draw.integers(120, 420))
            top, left = draw.integers(height - side), draw.integers(width - side)
            piece = Image.fromarray(photograph[top : top + side, left : left + side])
            pieces.append(np.asarray(piece.resize((_IMAGE_PIXELS, _IMAGE_PIXELS))))
    return np.stack(pieces)
