"""Bytes and seconds as people read them."""

from django import template

register = template.Library()

UNKNOWN = "–"


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
