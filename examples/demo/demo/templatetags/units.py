"""Bytes, seconds and shapes as people read them."""

from django import template

register = template.Library()

UNKNOWN = "-"


@register.filter
def megabytes(number: float | None) -> str:
    """Show bytes in MB of 1,048,576, as hosts count them."""
    return UNKNOWN if number is None else f"{number / 2**20:.1f} MB"


@register.filter
def seconds(value: float | None) -> str:
    """Show seconds in the unit in which they are easiest to read."""
    if value is None:
        return UNKNOWN
    if value >= 1:
        return f"{value:.2f} s"
    return f"{value * 1000:.1f} ms" if value >= 0.001 else f"{value * 1e6:.0f} µs"


@register.filter
def shape(sizes: tuple[int, ...] | None) -> str:
    """Show a tensor's shape, with n for a size that is open."""
    if sizes is None:
        return "of any shape"
    return " by ".join("n" if size < 0 else str(size) for size in sizes)
