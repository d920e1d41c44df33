"""Small pieces of text that every output needs: numbers with units, places, plurals."""

from collections.abc import Iterable
from typing import Final

from wherry.findings import Evidence, How, LogSpan, Span
from wherry.masking import mask

_BYTES: Final = ("B", "kB", "MB", "GB", "TB")
_HOW: Final = {How.MEASURED: "measured", How.READ: "read", How.ESTIMATED: "estimated"}


def number(value: float, unit: str) -> str:
    """Return a number as a person writes it: ``612 MB``, ``4 workers``, ``30 s``."""
    if unit in ("bytes", "B"):
        return size(value)
    if unit == "memory bytes":
        return size(value, 1024)
    if unit in ("MiB", "mib"):
        return size(value * 1024 * 1024, 1024)
    text = f"{value:,.0f}" if value == int(value) or abs(value) >= 100 else f"{value:,.2g}"
    return f"{text} {unit}".rstrip()


def size(value: float, step: int = 1000) -> str:
    """Return a size in bytes with three digits that count."""
    index = 0
    while abs(value) >= step and index < len(_BYTES) - 1:
        value /= step
        index += 1
    return f"{value:.3g} {_BYTES[index]}" if abs(value) < 1000 else f"{value:,.0f} {_BYTES[index]}"


def evidence(item: Evidence) -> str:
    """Return a piece of evidence against its limit, with how it was got."""
    if isinstance(item.value, str):
        told = f"{item.what}: {mask(item.value)}{f' {item.unit}' if item.unit else ''}"
        return f"{told} ({_HOW[item.how]})"
    # Hosts sell memory by 1024 and count slugs and disks by 1000: a dyno of 512 MB is not 537.
    unit = "memory bytes" if item.unit == "bytes" and "memory" in item.what else item.unit
    how = _HOW[item.how]
    if item.low is not None and item.high is not None:
        how += f", {number(item.low, unit)} to {number(item.high, unit)}"
    told = f"{item.what}: {number(item.value, unit)} ({how})"
    return told if item.limit is None else f"{told}; the limit is {number(item.limit, unit)}"


def place(span: Span, prefix: str = "") -> str:
    """Return where it is, as editors and terminals take it: ``app/views.py:12``."""
    if isinstance(span, LogSpan):
        lines = ", ".join(str(line) for line in span.lines[:4])
        return f"{span.process or 'log'}:{lines}"
    path = mask(f"{prefix}{span.path}")
    if span.line is None:
        return path
    return f"{path}:{span.line}" if span.column is None else f"{path}:{span.line}:{span.column}"


def quotes(span: Span) -> list[str]:
    """Return what stands there, free of secrets."""
    texts = span.quotes if isinstance(span, LogSpan) else (span.quote,)
    return [mask(line.strip()) for text in texts for line in text.splitlines() if line.strip()]


def count(amount: int, word: str, words: str = "") -> str:
    """Return a number with its noun: ``1 error``, ``3 errors``."""
    return f"{amount:,} {word if amount == 1 else words or word + 's'}"


def listed(words: Iterable[str]) -> str:
    """Return words as a sentence lists them."""
    known = list(words)
    return " and ".join(filter(None, (", ".join(known[:-1]), *known[-1:])))
