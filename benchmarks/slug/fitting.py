"""Fit the coefficients: least squares over the packages of the fitted sets."""

from collections.abc import Iterable, Sequence
from typing import Any, Final

import numpy as np

from benchmarks.slug.measuring import from_document
from wherry.estimate.wheels.contents import Contents, Kind

# A package of a few kilobytes tells as much of the headers as a large one of the rest.
_FLOOR_BYTES: Final = 200_000
_UNKNOWN_BYTES: Final = 150_000
_UNKNOWN_HIGH_BYTES: Final = 5_000_000
# The kinds of which there are so many files that what they share matters.
_MANY: Final = (Kind.PYTHON, Kind.TEXT, Kind.TRANSLATION)
_COMMON_SPREAD_RATIO: Final = 0.03
_SPREAD_RATIOS: Final = {
    "listed": 0.05,
    "tabled": 0.05,
    "sized": 0.3,
    "near": 0.2,
    "nothing": 1.0,
}


type _Row = tuple[str, dict[str, Any], Contents]


def fit(
    sets: Sequence[dict[str, Any]],
    interpreters: dict[str, dict[str, int]],
    bytecode: dict[str, int],
) -> dict[str, Any]:
    """Return the document of ``slug_coefficients.toml``.

    Args:
        bytecode: What the modules of one set of sources come to on each Python.
    """
    packages = [
        (one["python"], package, from_document(package["contents"]))
        for one in sets
        for package in one["packages"]
        if package["contents"] is not None
    ]
    ratios, shared = _files(packages)
    wheels = sum(_deflated(inside) for _, _, inside in packages)
    levels = [one["slug_bytes_by_level"] for one in sets if "slug_bytes_by_level" in one]
    scale = {version: size / max(bytecode.values()) for version, size in bytecode.items()}
    return {
        "interpreter_bytes": {version: sizes["6"] for version, sizes in interpreters.items()},
        "deflated_ratio": ratios,
        "shared_bytes": shared,
        "raw_ratio": {kind.value: _ratio(packages, kind) * ratios[kind.value] for kind in Kind},
        "bytecode": _bytecode(packages, scale),
        "bytecode_scale": scale,
        "whole": {
            "wheel_ratio": sum(package["packed"] for _, package, _ in packages) / wheels,
            "unknown_bytes": _UNKNOWN_BYTES,
            "unknown_high_bytes": _UNKNOWN_HIGH_BYTES,
            "fastest_ratio": _level(levels, "1"),
            "smallest_ratio": _level(levels, "9"),
            "common_spread_ratio": _COMMON_SPREAD_RATIO,
        },
        "spread_ratios": _SPREAD_RATIOS,
    }


def _files(packages: Iterable[_Row]) -> tuple[dict[str, float], dict[str, float]]:
    rows, wanted = [], []
    for _, package, inside in packages:
        size = package["packed"] - package["packed_bytecode"]
        weight = 1 / (size + _FLOOR_BYTES)
        deflated = [inside.of(kind).deflated_bytes for kind in Kind]
        counts = [-inside.of(kind).count for kind in _MANY]
        rows.append([weight * value for value in (*deflated, *counts)])
        wanted.append(weight * size)
    found = np.linalg.lstsq(np.array(rows), np.array(wanted))[0].tolist()
    ratios = {kind.value: value for kind, value in zip(Kind, found, strict=False)}
    shared = {kind.value: value for kind, value in zip(_MANY, found[len(Kind) :], strict=True)}
    return ratios, shared


def _bytecode(packages: Sequence[_Row], scale: dict[str, float]) -> dict[str, float]:
    rows, wanted = [], []
    for version, package, inside in packages:
        source = inside.of(Kind.PYTHON)
        if not package["packed_bytecode"]:
            continue
        # Large packages count for more than their number: they are what a slug is made of.
        weight = 1 / (package["packed_bytecode"] + _FLOOR_BYTES) ** 0.5
        rows.append([weight * scale[version] * source.deflated_bytes])
        wanted.append(weight * package["packed_bytecode"])
    (deflated,) = np.linalg.lstsq(np.array(rows), np.array(wanted))[0].tolist()
    return {"deflated_ratio": deflated}


def _ratio(packages: Sequence[_Row], kind: Kind) -> float:
    raw = sum(inside.of(kind).raw_bytes for _, _, inside in packages)
    return sum(inside.of(kind).deflated_bytes for _, _, inside in packages) / raw if raw else 1.0


def _deflated(inside: Contents) -> int:
    return sum(inside.of(kind).deflated_bytes for kind in Kind)


def _level(levels: Sequence[dict[str, int]], level: str) -> float:
    return float(np.mean([sizes[level] / sizes["6"] for sizes in levels])) if levels else 1.0


def to_toml(document: dict[str, Any]) -> str:
    """Return the document as the committed file has it."""
    lines = [
        "# What turns the files of wheels into the bytes of a slug. `scripts/bench slug` wrote it,",
        "# fitted on the sets that benchmarks/slug/sets.py names FITTED; do not edit.",
    ]
    for section, entries in document.items():
        lines += ["", f"[{section}]"]
        for name, value in entries.items():
            shown = f"{value:.5g}" if isinstance(value, float) else str(value)
            key = name if name.isidentifier() else f'"{name}"'
            lines.append(f"{key} = {shown}")
    return "\n".join(lines) + "\n"
