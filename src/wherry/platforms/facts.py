"""One number of a vendor's, with where it was read and how sure it is."""

from dataclasses import dataclass

type Value = bool | int | float | str | tuple[str, ...]


@dataclass(frozen=True, slots=True)
class FactSource:
    """Where a number was read.

    Attributes:
        date: The day of the text, or of the measurement; the day it was read where it has none.
    """

    title: str
    url: str
    date: str


@dataclass(frozen=True, slots=True)
class Fact:
    """A number or a rule of a vendor's.

    Attributes:
        name: With its unit at the end: ``request_timeout_s``.
        confirmed: False where no source was found and the value is only believed.
        note: What else to know, in a sentence.
    """

    name: str
    value: Value
    source: FactSource
    confirmed: bool = True
    note: str = ""

    @property
    def text(self) -> str:
        """The value as a person writes it, with a word where it is unconfirmed."""
        text = _text(self.name, self.value)
        return text if self.confirmed else f"{text} (unconfirmed)"


def _text(name: str, value: Value) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, tuple):
        return ", ".join(value)
    if isinstance(value, str):
        return value
    unit = name.rpartition("_")[2]
    if unit == "s":
        return _duration(value)
    if unit == "bytes":
        return _size(value, 1000, ("B", "kB", "MB", "GB"))
    if unit == "mib":
        return _size(value, 1024, ("MB", "GB"))
    if unit == "ratio":
        return f"{value:.0%}"
    return f"${value:g}" if unit == "usd" else f"{value:,g}"


def _duration(seconds: float) -> str:
    for length, unit in ((3600, "h"), (60, "min")):
        if seconds >= length and seconds != 60 and seconds % length == 0:
            return f"{seconds // length:g} {unit}"
    return f"{seconds:g} s"


def _size(value: float, step: int, units: tuple[str, ...]) -> str:
    """Write a size as the vendors do, who say MB where they count 1024."""
    index = 0
    while value >= step and index < len(units) - 1:
        value /= step
        index += 1
    return f"{value:g} {units[index]}"
