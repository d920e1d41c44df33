"""How a buildpack lays out what it prints."""

from collections.abc import Iterable, Iterator
from typing import Final

STEP: Final = "-----> "
INDENT: Final = "       "
MARK: Final = " !     "


def step(text: str) -> str:
    """Return the line that begins a step."""
    return f"{STEP}{text}"


def indented(text: str) -> str:
    """Return a line of what a program said within a step."""
    return f"{INDENT}{text}" if text else ""


def marked(lines: Iterable[str]) -> Iterator[str]:
    """Yield a refusal or a warning as it is printed: between two empty lines."""
    yield ""
    for line in lines:
        yield f"{MARK}{line}".rstrip() if line else " !"
    yield ""


def size(size_bytes: float) -> str:
    """Return a size as the build log has it: ``346.4M``, ``1.2G``."""
    millions = size_bytes / 1e6
    return f"{millions:.1f}M" if millions < 1000 else f"{millions / 1000:.1f}G"
