"""docs/load.md: what ``scripts/bench load`` saw, for people."""

import json
from collections.abc import Callable, Iterator, Mapping
from typing import Any, Final

from benchmarks.serving.environments import REPOSITORY
from benchmarks.serving.report import machine_text

PAGE: Final = REPOSITORY / "docs" / "load.md"
DATA: Final = REPOSITORY / "docs" / "benchmarks" / "load.json"
# What ``swaps``, ``kills``, ``soak`` and ``batching`` saw, by command.
APART: Final = REPOSITORY / "docs" / "benchmarks" / "faults.json"
_HEAD = """# Under more load than can be answered

<!-- Written by `scripts/bench load`; edit benchmarks/load/page.py instead. -->

Requests leave at their times, whether or not earlier ones were answered, at a multiple of what the
server can answer. The server has one core and the generator the other. Wherry is told that each
request has {deadline:g} s (`X-Request-Timeout-Ms`); the others cannot be told, and their later
answers do not count. "In time" is right answers within that, a second, as a share of the capacity
that four clients, each asking again as soon as it is answered, were given before. "Another page" is
one of the same site that needs no model (a health check where a server has no pages), asked for ten
times a second meanwhile. Each rate was held for {held}.

A model of microseconds outruns every generator in Python: there {clients} clients ask as fast as
they are answered.
"""
_OPEN = (
    "| server | rate | in time | answered p99 ms | refused | refused p99 ms | unanswered "
    "| another page p99 ms |"
)
_CLOSED = "| server | clients | answers/s | p99 ms | refused | unanswered | page p99 ms |"


def write() -> None:
    """Write the page from what is kept."""
    apart = json.loads(APART.read_text(encoding="utf-8")) if APART.exists() else {}
    result = json.loads(DATA.read_text(encoding="utf-8"))
    PAGE.write_text(page(result, apart), encoding="utf-8")


def keep_apart(command: str, result: Mapping[str, Any]) -> None:
    """Keep what one of the other commands saw, in the place of what it saw before."""
    apart = json.loads(APART.read_text(encoding="utf-8")) if APART.exists() else {}
    apart[command] = result
    APART.write_text(json.dumps(apart, indent=1, sort_keys=True) + "\n", encoding="utf-8")
    write()


def page(result: Mapping[str, Any], apart: Mapping[str, Mapping[str, Any]]) -> str:
    """Return the page of the overload, and of what the other commands saw."""
    clients = sorted(
        {run["clients"] for _, seen in _all(result) for run in seen["runs"] if "clients" in run}
    )
    told = ", ".join(map(str, clients[:-1])) + f" or {clients[-1]}" if clients else "many"
    held = f"{result['seconds']:g} s"
    if result.get("peer_seconds", result["seconds"]) != result["seconds"]:
        held += f" ({result['peer_seconds']:g} s with the others)"
    parts = [_HEAD.format(deadline=result["deadline_s"], held=held, clients=told)]
    for work in result["works"].values():
        parts.append(f"## {work['title']}\n")
        parts.append("\n".join(_table(work["peers"], result["seconds"])) + "\n")
    parts += [_told_apart(command, apart[command]) for command in sorted(apart)]
    machine = result["machine"]
    parts.append(
        "## The machine\n\n"
        f"{machine_text(machine)}. Measured on "
        f"{result['date']} at commit `{result['commit']}` by `{result['command']}`. All numbers "
        "are in [benchmarks/load.json](benchmarks/load.json) and "
        "[benchmarks/faults.json](benchmarks/faults.json).\n"
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
                f"; a refusal costs {cost_s * 1e3:.2f} ms of CPU, so that at {last['factor']:g} "
                f"times {left:.0%} of the core are left for answers, and {share / left:.0%} of "
                "that came out in time"
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


def _told_apart(command: str, seen: Mapping[str, Any]) -> str:
    name = command.split()[2]
    title, tell = _WORDS[name]
    when = f"commit `{seen['commit']}`, {seen['date']}, {seen['machine']['cpu']}"
    return f"## {title}\n\n`{command}`, {when}:\n\n" + "".join(f"- {line}\n" for line in tell(seen))


def _swaps(seen: Mapping[str, Any]) -> Iterator[str]:
    requests = seen["requests"]
    yield (
        f"{seen['swaps']} swaps ({', '.join(seen['ways'])}) of a {seen['runtime']} model of "
        f"{seen['file_bytes'] / 1e6:.0f} MB within {seen['quota_bytes'] / 2**20:.0f} MB; one took "
        f"{seen['swap_s']['median']:.2f} s, the longest {seen['swap_s']['most']:.2f} s"
    )
    yield f"requests: {_outcomes(requests)}; the slowest took {requests['slowest_s']:.2f} s"
    yield (
        f"memory after the last swap {seen['ratio']:.3f} times that before the first; at most "
        f"{seen['peak_bytes'] / 2**20:.0f} MB"
    )


def _kills(seen: Mapping[str, Any]) -> Iterator[str]:
    again = seen["all_served_again_s"]
    yield f"{seen['kills']} times SIG{seen['signal']} to one of {seen['processes']} workers"
    yield f"requests: {_outcomes(seen['requests'])}"
    yield (
        f"all clients served again after {again['median'] * 1e3:.0f} ms, at most "
        f"{again['most'] * 1e3:.0f} ms; {seen['crashes_counted']} crashes counted"
    )


def _soak(seen: Mapping[str, Any]) -> Iterator[str]:
    anonymous = seen["anonymous_bytes"]
    yield f"{seen['requests']:,} requests, {seen['failed']} failed"
    yield (
        f"anonymous memory {anonymous['first'] / 1e6:.1f} MB at first, "
        f"{anonymous['last'] / 1e6:.1f} MB at last: {seen['growth_bytes_for_100000_requests']:,} "
        "bytes for 100,000 requests"
    )
    p50 = seen["p50_ms"]
    yield (
        f"median latency {p50['first quarter']} ms in the first quarter, {p50['last quarter']} ms "
        "in the last"
    )


def _batching(seen: Mapping[str, Any]) -> Iterator[str]:
    yield f"{seen['model']}, ONNX Runtime"
    for clients, row in seen["clients"].items():
        yield (
            f"{clients} clients: {row['with']['requests_per_s']:,} answers/s with batching, "
            f"{row['without']['requests_per_s']:,} without: {row['gain']:g} times"
        )
    yield (
        f"a client that is alone waits {seen['idle_client_ms']:+.2f} ms; answers differ by "
        f"{seen['max_abs_error']:.1e} at most"
    )


def _outcomes(requests: Mapping[str, Any]) -> str:
    return ", ".join(f"{count:,} {name}" for name, count in sorted(requests["outcomes"].items()))


_WORDS: Final[dict[str, tuple[str, Callable[[Mapping[str, Any]], Iterator[str]]]]] = {
    "swaps": ("Models swapped while they are asked", _swaps),
    "kills": ("Workers killed while they answer", _kills),
    "soak": ("Half an hour", _soak),
    "batching": ("Requests run together", _batching),
}
