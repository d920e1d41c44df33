"""A number that was predicted: its interval, what it is made of, and how it was reached."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from wherry.findings import Evidence, How


@dataclass(frozen=True, slots=True)
class Part:
    """One addend of a prediction: what it is of, and how much."""

    name: str
    value: float


@dataclass(frozen=True, slots=True)
class Prediction:
    """What a number will be.

    Attributes:
        what: What it is of: "compressed slug".
        unit: ``bytes``, ``s`` or "" for a count.
        low: In nineteen of twenty cases it is not less than this.
        high: Nor more than this.
        basis: How it was reached, in a sentence.
        parts: What it is made of, the largest first.
    """

    what: str
    value: float
    low: float
    high: float
    unit: str
    basis: str
    parts: tuple[Part, ...] = ()

    def evidence(self, limit: float | None = None) -> Evidence:
        """Return it as what a finding rests on."""
        return Evidence(
            self.what,
            self.value,
            How.ESTIMATED,
            unit=self.unit,
            limit=limit,
            low=self.low,
            high=self.high,
        )

    def largest(self, count: int) -> tuple[Part, ...]:
        """Return so many of its largest parts."""
        return self.parts[:count]

    def to_dict(self) -> dict[str, Any]:
        """Return what JSON says of it."""
        return {
            "what": self.what,
            "value": self.value,
            "low": self.low,
            "high": self.high,
            "unit": self.unit,
            "basis": self.basis,
            "parts": [{"name": part.name, "value": part.value} for part in self.parts],
        }


def largest_first(parts: Iterable[Part]) -> tuple[Part, ...]:
    """Return the parts in the order in which a reader wants them."""
    return tuple(sorted(parts, key=lambda part: (-part.value, part.name)))
