"""What is asked of Wherry, and whether a result reaches it."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from benchmarks.serving.samples import difference, middle, pair_ratio, serial_rate

MB = 1_000_000

# Peers whose first answers a bar of the digits compares.
FIRST_ANSWER_JUDGED = frozenset({"wherry", "ok", "wherry-1", "ok-1"})

type Result = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Bar:
    """A number to be reached: at least or at most ``limit``. ``value`` is None if unmeasured."""

    name: str
    at_least: bool
    limit: float
    unit: str
    value: float | None

    @property
    def reached(self) -> bool | None:
        """Whether the value is on the right side of the limit; None if there is no value."""
        if self.value is None:
            return None
        return self.value >= self.limit if self.at_least else self.value <= self.limit


def series(result: Result, work: str, peer: str, name: str) -> list[float]:
    """Return one number of every start, in order; empty where there is none."""
    starts = result["works"].get(work, {}).get("peers", {}).get(peer, {}).get("starts", [])
    return [start[name] for start in starts if start.get(name) is not None]


def rates(result: Result, work: str, peer: str) -> dict[int, float]:
    """Return the requests per second of every round."""
    starts = result["works"].get(work, {}).get("peers", {}).get(peer, {}).get("starts", [])
    return {start["round"]: start["requests_per_s"] for start in starts if "round" in start}


def bars(result: Result) -> list[Bar]:
    """Return every bar that is asked for on this result's works, with the value seen."""
    judges = {"digits": _digits, "mobilenet": _large("mobilenet"), "basicpitch": _basicpitch}
    works = result["works"]
    return [bar for name, judge in judges.items() if name in works for bar in judge(result)]


def _digits(result: Result) -> list[Bar]:
    def ratio(name: str, limit: float, ours: str, theirs: str) -> Bar:
        pair = (rates(result, "digits", peer) for peer in (ours, theirs))
        return Bar(f"digits: {name}", True, limit, "x", pair_ratio(*pair))

    def more(name: str, limit: float, unit: str, ours: str, theirs: str, number: str) -> Bar:
        values = [series(result, "digits", peer, number) for peer in (ours, theirs)]
        scale = MB if unit == "MB" else 1
        seen = difference(*values)
        shown = None if seen is None else seen / scale
        return Bar(f"digits: {name}", False, limit, unit, shown)

    one = "requests/s with one process"
    p99 = middle(series(result, "digits", "wherry", "p99_ms"))
    return [
        ratio('requests/s, of "ok" on the same server', 0.50, "wherry", "ok-serve"),
        ratio(f'{one}, of "ok" on the same server', 0.50, "wherry-1", "ok-serve-1"),
        ratio('requests/s, of "ok" on granian itself', 0.50, "wherry", "ok"),
        ratio(f'{one}, of "ok" on granian itself', 0.50, "wherry-1", "ok-1"),
        ratio("requests/s, of MLServer", 3.5, "wherry", "mlserver"),
        ratio("requests/s, of the usual view", 5.0, "wherry", "usual"),
        Bar("digits: p99 at 16 connections", False, 8.0, "ms", p99),
        more('PSS above "ok" likewise', 45.0, "MB", "wherry", "ok", "pss_bytes"),
        more('PSS with one process above "ok"', 30.0, "MB", "wherry-1", "ok-1", "pss_bytes"),
        more('first answer after that of "ok"', 0.4, "s", "wherry", "ok", "first_answer_s"),
        more(
            *('first answer with one process after that of "ok"', 0.4, "s"),
            *("wherry-1", "ok-1", "first_answer_s"),
        ),
    ]


def _large(work: str) -> Callable[[Result], list[Bar]]:
    def judge(result: Result) -> list[Bar]:
        ours, ok = (rates(result, work, peer) for peer in ("wherry", "ok"))
        raw = [max(loops.values()) for loops in result["works"][work]["bare_loops"]]
        possible = {
            number: serial_rate(raw[number], rate)
            for number, rate in ok.items()
            if number < len(raw)
        }
        name = f'{work}: requests/s, of 1/(1/raw + 1/"ok")'
        return [Bar(name, True, 0.90, "x", pair_ratio(ours, possible))]

    return judge


def _basicpitch(result: Result) -> list[Bar]:
    def most(name: str, limit: float, unit: str, number: str) -> Bar:
        value = middle(series(result, "basicpitch", "wherry-tensorflow", number))
        scale = MB if unit == "MB" else 1
        shown = None if value is None else value / scale
        return Bar(f"basicpitch, libtensorflow: {name}", False, limit, unit, shown)

    return [
        *_large("basicpitch")(result),
        most("anonymous memory", 160.0, "MB", "anonymous_bytes"),
        most("PSS", 220.0, "MB", "pss_bytes"),
        most("first answer", 2.5, "s", "first_answer_s"),
    ]
