"""docs/load.md: what ``scripts/bench load`` saw, for people."""

from collections.abc import Iterator, Mapping
from typing import Any

from benchmarks.load.overload import FACTORS
from benchmarks.serving.report import machine_text

_HEAD = """# Under more load than can be answered

<!-- Written by `scripts/bench load`; edit benchmarks/load/page.py instead. -->

Requests leave at their times, whether or not earlier ones were answered, at a multiple of what the
server can answer. The server has one core and the generator the other. Wherry is told that each
request has {deadline:g} s (`X-Request-Timeout-Ms`); the others cannot be told, and their later
answers do not count. "In time" is right answers within that, a second, as a share of the capacity
that four clients, each asking again as soon as it is answered, were given before. "Another page" is
one of the same site that needs no model (a health check where a server has no pages), asked for ten
times a second meanwhile. Each rate was held for {seconds:g} s.

A model of microseconds outruns every generator in Python: there {clients} clients ask as fast as
they are answered.
"""
_OPEN = (
    "| server | rate | in time | answered p99 ms | refused | refused p99 ms | unanswered "
    "| another page p99 ms |"
)
_CLOSED = "| server | clients | answers/s | p99 ms | refused | unanswered | page p99 ms |"


def page(result: Mapping[str, Any]) -> str:
    """Return the page."""
    clients = sorted(
        {run["clients"] for _, seen in _all(result) for run in seen["runs"] if "clients" in run}
    )
    told = ", ".join(map(str, clients[:-1])) + f" or {clients[-1]}" if clients else "many"
    parts = [_HEAD.format(deadline=result["deadline_s"], seconds=result["seconds"], clients=told)]
    for work in result["works"].values():
        parts.append(f"## {work['title']}\n")
        parts.append("\n".join(_table(work["peers"], result["seconds"])) + "\n")
    machine = result["machine"]
    parts.append(
        "## The machine\n\n"
        f"{machine_text(machine)}. Measured on "
        f"{result['date']} at commit `{result['commit']}` by `{result['command']}`. All numbers "
        "are in [benchmarks/load.json](benchmarks/load.json).\n"
    )
    return "\n".join(parts)


def _all(result: Mapping[str, Any]) -> Iterator[tuple[str, Mapping[str, Any]]]:
    for work in result["works"].values():
        for name, seen in work["peers"].items():
            if "failed" not in seen:
                yield name, seen


def _table(peers: Mapping[str, Any], seconds: float) -> Iterator[str]:
    seen = [peer for peer in peers.values() if "failed" not in peer]
    closed = any("clients" in run for peer in seen for run in peer["runs"])
    head = _CLOSED if closed else _OPEN
    yield head
    yield "|---" + "|---:" * (head.count("|") - 2) + "|"
    for name, peer in peers.items():
        if "failed" in peer:
            yield f"| {name} | {peer['failed']} |" + " |" * (head.count("|") - 3)
            continue
        for run in peer["runs"]:
            yield _closed(peer, run) if closed else _open(peer, run)
    yield ""
    for peer in seen:
        told = f"- {peer['title']}: {peer['capacity_per_s']:,.1f} answers a second"
        if cost_s := peer["refusal_cpu_s"]:
            last = peer["runs"][-1]
            left = 1 - cost_s * last["refused"] / seconds
            share = last["in_time"] / peer["capacity_per_s"]
            told += (
                f"; a refusal costs {cost_s * 1e3:.2f} ms of CPU, so that at {FACTORS[-1]:g} times "
                f"{left:.0%} of the core are left for answers, and {share / left:.0%} of that came "
                "out in time"
            )
        yield f"{told}."


def _open(peer: Mapping[str, Any], run: Mapping[str, Any]) -> str:
    cells = (
        peer["title"],
        f"{run['factor']:g} x",
        f"{run['in_time'] / peer['capacity_per_s']:.0%}",
        f"{run['admitted_p99_s'] * 1e3:,.0f}",
        f"{run['refused']:,}",
        f"{run['refused_p99_s'] * 1e3:,.0f}" if run["refused"] else "-",
        f"{run['unanswered']:,}",
        f"{run['page_p99_s'] * 1e3:,.0f}",
    )
    return "| " + " | ".join(cells) + " |"


def _closed(peer: Mapping[str, Any], run: Mapping[str, Any]) -> str:
    cells = (
        peer["title"],
        str(run["clients"]),
        f"{run['in_time']:,.0f}",
        f"{run['p99_s'] * 1e3:,.0f}",
        f"{run['refused']:,}",
        f"{run['unanswered']:,}",
        f"{run['page_p99_s'] * 1e3:,.0f}",
    )
    return "| " + " | ".join(cells) + " |"
