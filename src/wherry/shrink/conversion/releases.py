"""Which TensorFlow, Keras and Python go together, as data (``tensorflows.toml``)."""

import platform
import sys
import tomllib
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

type Version = tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Release:
    """A release of TensorFlow, and what makes it run.

    ``keras`` is the Keras that it was published with; ``pythons`` the minor versions that it has
    wheels for, the preferred one first; ``requirements`` what must be installed with it.
    """

    tensorflow: str
    keras: Version
    pythons: tuple[str, ...]
    requirements: tuple[str, ...]

    @property
    def minor(self) -> str:
        """Its minor version: ``2.15``."""
        return self.tensorflow.rpartition(".")[0]


@cache
def releases() -> tuple[Release, ...]:
    """Return the releases that models are loaded with, oldest first."""
    return tuple(
        Release(
            entry["tensorflow"],
            version_of(entry["keras"]),
            tuple(entry["pythons"]),
            (f"{package()}=={entry['tensorflow']}", *entry["requirements"]),
        )
        for entry in _table()["releases"]
    )


@cache
def converter() -> Release:
    """Return the release that converts, with its converters among the requirements."""
    entry = _table()["converter"]
    return Release(
        entry["tensorflow"],
        releases()[-1].keras,
        tuple(entry["pythons"]),
        (f"{package()}=={entry['tensorflow']}", *entry["requirements"]),
    )


def release_of(tensorflow: str) -> Release | None:
    """Return the release of the same minor version, or None where the table has none."""
    wanted = version_of(tensorflow)[:2]
    return next((r for r in releases() if version_of(r.tensorflow)[:2] == wanted), None)


def version_of(text: str) -> Version:
    """Return the numbers that a version begins with: (2, 4, 0) for ``2.4.0-tf``."""
    numbers: list[int] = []
    for part in text.split("."):
        digits = part[: len(part) - len(part.lstrip("0123456789"))]
        if not digits:
            break
        numbers.append(int(digits))
        if digits != part:
            break
    return tuple(numbers)


def package() -> str:
    """Return the name of TensorFlow's package without GPU code, where this platform has one."""
    plain_linux = sys.platform == "linux" and platform.machine() in ("x86_64", "AMD64")
    return "tensorflow-cpu" if plain_linux else "tensorflow"


@cache
def _table() -> dict[str, Any]:
    content = (files("wherry.shrink.conversion") / "tensorflows.toml").read_text(encoding="utf-8")
    return tomllib.loads(content)
