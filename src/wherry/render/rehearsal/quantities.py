"""Times and rates as people read them."""


def seconds(value: float) -> str:
    """Return a time with the digits that count: ``8 ms``, ``1.42 s``, ``12.4 s``."""
    if value < 0.0995:
        return f"{value * 1000:.2g} ms" if value < 0.00995 else f"{value * 1000:.0f} ms"
    if value < 1:
        return f"{value * 1000:.0f} ms"
    return f"{value:.2f} s" if value < 9.995 else f"{value:.1f} s"


def rate(value: float) -> str:
    """Return requests a second: ``38``, ``2.5``."""
    return f"{value:,.0f}" if value >= 9.95 else f"{value:.2g}"
