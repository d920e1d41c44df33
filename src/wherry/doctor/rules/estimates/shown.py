"""Sizes as a reader wants them."""

from typing import Final

_MIB: Final = 1024 * 1024
_MB: Final = 1_000_000


def shown_bytes(value: float) -> str:
    """Return memory as hosts write it, who say MB where they count 1024."""
    return f"{value / _MIB:.0f} MB"


def shown_file_bytes(value: float) -> str:
    """Return the size of a file or of a slug, in decimal units."""
    return f"{value / _MB / 1000:.1f} GB" if value >= 1000 * _MB else f"{value / _MB:.0f} MB"
