"""What turns the files of wheels into the bytes of a slug, as ``benchmarks/slug`` fitted it."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

from wherry.estimate.wheels.contents import Kind
from wherry.estimate.wheels.package import Knowledge

type Python = tuple[int, int]


@dataclass(frozen=True, slots=True)
class Coefficients:
    """The coefficients for one Python; ratios are of bytes in the slug to bytes before.

    Attributes:
        deflated_ratio: To the size that the wheel's own deflate came to.
        raw_ratio: To the size on disk, for files that nothing has compressed yet.
        shared_bytes: What each file saves since its neighbours were in the stream before it, less
            what its header costs.
        bytecode_ratio: Of the compiled modules, to what deflate made of their source: comments and
            repetition, which bytecode lacks, count for little there.
        wheel_ratio: Of a whole package to its wheel, where no more is known.
        unknown_bytes: A package of which nothing is known: the middle of many.
        unknown_high_bytes: What such a package may come to.
        fastest_ratio: gzip -1 to gzip -6.
        smallest_ratio: gzip -9 to gzip -6.
        common_spread_ratio: How far the sum may be off.
        spread_ratios: How far one package may be, by what is known of it.
    """

    interpreter_bytes: float
    deflated_ratio: Mapping[Kind, float]
    raw_ratio: Mapping[Kind, float]
    shared_bytes: Mapping[Kind, float]
    bytecode_ratio: float
    wheel_ratio: float
    unknown_bytes: float
    unknown_high_bytes: float
    fastest_ratio: float
    smallest_ratio: float
    common_spread_ratio: float
    spread_ratios: Mapping[Knowledge, float]

    def spread(self, knowledge: Knowledge) -> float:
        """Return how far a package may be off, as a part of its size."""
        return self.spread_ratios[knowledge]


@cache
def coefficients(python: Python) -> Coefficients:
    """Return the coefficients for a Python; the nearest one's where it was not measured."""
    table = _table()
    measured = {_version(text): text for text in table["interpreter_bytes"]}
    nearest = measured[min(measured, key=lambda one: (abs(one[1] - python[1]), one))]
    scale = table["bytecode_scale"][nearest]
    return Coefficients(
        interpreter_bytes=table["interpreter_bytes"][nearest],
        deflated_ratio={Kind(kind): ratio for kind, ratio in table["deflated_ratio"].items()},
        raw_ratio={Kind(kind): ratio for kind, ratio in table["raw_ratio"].items()},
        shared_bytes={Kind(kind): count for kind, count in table["shared_bytes"].items()},
        bytecode_ratio=scale * table["bytecode"]["deflated_ratio"],
        spread_ratios={
            Knowledge[name.upper()]: ratio for name, ratio in table["spread_ratios"].items()
        },
        **table["whole"],
    )


def _table() -> dict[str, Any]:
    path = files("wherry.estimate") / "slug_coefficients.toml"
    return tomllib.loads(path.read_text(encoding="utf-8"))


def _version(text: str) -> Python:
    major, _, minor = text.partition(".")
    return int(major), int(minor)
