"""The platforms as a person reads them in a terminal, and as JSON says it."""

from typing import Any, Final

from wherry.platforms import hosts
from wherry.platforms.facts import Fact
from wherry.platforms.hosts import Target

SCHEMA_VERSION: Final = 1
_COLUMNS: Final = {
    "memory_mib": "memory",
    "kill_ratio": "killed at",
    "swap": "swap",
    "visible_cpus": "CPUs seen",
    "cpu_share": "share",
    "max_processes": "processes",
    "price_usd": "$/month",
}


def render_table() -> str:
    """Return every size of every host, one a line."""
    rows = [["platform", *_COLUMNS.values()]]
    rows += [
        [target.name, *(_cell(target.size.facts.get(name)) for name in _COLUMNS)]
        for target in hosts.targets()
    ]
    widths = [max(len(row[index]) for row in rows) for index in range(len(rows[0]))]
    lines = [
        "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip()
        for row in rows
    ]
    lines += [
        "",
        f"The default is {hosts.DEFAULT}. ? marks what no source confirms; `wherry platforms NAME`",
        "tells where each number was read.",
    ]
    return "\n".join(lines) + "\n"


def render(target: Target) -> str:
    """Return all that is known of one size, with sources."""
    lines = [f"{target.platform.title}, {target.size.name}", ""]
    facts = target.facts
    width = max(map(len, facts))
    for name, fact in facts.items():
        lines.append(f"  {name:{width}}  {fact.text}")
        told = f"{fact.source.title}, {fact.source.date}"
        lines.append(f"  {'':{width}}    {told}{': ' + fact.source.url if fact.source.url else ''}")
        if fact.note:
            lines.append(f"  {'':{width}}    {fact.note}")
    return "\n".join(lines) + "\n"


def to_dict(target: Target) -> dict[str, Any]:
    """Return what JSON says of one size."""
    return {
        "name": target.name,
        "platform": target.platform.name,
        "title": target.platform.title,
        "size": target.size.name,
        "generation": target.size.generation,
        "memory_bytes": target.memory_bytes,
        "kill_bytes": target.kill_bytes,
        "facts": {name: _fact(fact) for name, fact in target.facts.items()},
    }


def index_dict() -> dict[str, Any]:
    """Return every size of every host as JSON says it."""
    return {
        "schema_version": SCHEMA_VERSION,
        "default": hosts.DEFAULT,
        "platforms": [to_dict(target) for target in hosts.targets()],
    }


def _cell(fact: Fact | None) -> str:
    if fact is None:
        return "-"
    return fact.text.replace(" (unconfirmed)", "?")


def _fact(fact: Fact) -> dict[str, Any]:
    value = list(fact.value) if isinstance(fact.value, tuple) else fact.value
    return {
        "value": value,
        "text": fact.text,
        "confirmed": fact.confirmed,
        "note": fact.note,
        "source": {
            "title": fact.source.title,
            "url": fact.source.url,
            "date": fact.source.date,
        },
    }
