"""The table of sites that were weighed, for a page and for a terminal."""

from collections.abc import Sequence
from typing import Any


def rows_as_text(rows: Sequence[dict[str, Any]]) -> str:
    """Return all rows under their heads."""
    heads = [
        (
            "| site | at boot MB | predicted MB | off by | after the first answer MB "
            "| predicted MB | off by |"
        ),
        "| --- | ---: | ---: | ---: | ---: | ---: | ---: |",
    ]
    return "\n".join([*heads, *map(line, rows)]) + "\n"


def line(row: dict[str, Any]) -> str:
    """Return one row."""
    measured, told = row["measured"], row["predicted"]
    boot, after = row["error_ratios"]
    return (
        f"| {row['name']} | {_mb(measured['boot_bytes'])} | {_mb(told['boot_bytes'])} "
        f"| {boot:+.1%} | {_mb(measured['predicted_bytes'])} | {_mb(told['predicted_bytes'])} "
        f"| {after:+.1%} |"
    )


def _mb(size: float) -> str:
    return f"{size / 1e6:.0f}"
