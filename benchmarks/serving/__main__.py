"""``scripts/bench serving``: measure every peer, print and save what was seen."""

import argparse
import json
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from benchmarks.serving import measure, report
from benchmarks.serving.bars import FIRST_ANSWER_JUDGED, bars
from benchmarks.serving.catalogue import PEERS, Peer, Plan
from benchmarks.serving.environments import (
    KEPT,
    REPOSITORY,
    WHERRY,
    InstallFailed,
    environment,
)
from benchmarks.serving.load import require_wrk
from benchmarks.serving.machine import commit, machine
from benchmarks.serving.processes import ServerFailed, adopt_orphans
from benchmarks.serving.works import HERE, NAMES, Work, prepare

DOCS = REPOSITORY / "docs"
_PAGE, _DATA, _CHART = "benchmarks.md", "benchmarks/serving.json", "benchmarks/serving.svg"

# The bar on first answers asks for the median of so many starts.
STARTS = 7
MOST_FAILURES = 2


@dataclass(frozen=True, slots=True)
class Effort:
    """How long to measure: rounds, seconds of load in each, starts of those judged by them."""

    rounds: int
    load_s: int
    bare_loop_s: float
    starts: int


WHOLE = Effort(rounds=5, load_s=3, bare_loop_s=1.0, starts=STARTS)
QUICK = Effort(rounds=1, load_s=2, bare_loop_s=1.0, starts=1)


def main() -> int:
    """Run the benchmark."""
    options = _options()
    if options.page:
        _write_page(json.loads((DOCS / _DATA).read_text()), DOCS)
        return 0
    require_wrk()
    adopt_orphans()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit("told to stop"))
    began = time.monotonic()
    effort = QUICK if options.quick else WHOLE
    result: dict[str, Any] = {
        "schema": 1,
        "date": datetime.now(UTC).date().isoformat(),
        "commit": commit(),
        "command": " ".join(("scripts/bench serving", *sys.argv[1:])),
        "machine": machine(),
        "settings": asdict(effort),
        "versions": {},
        "works": {},
    }
    chosen = [peer for peer in PEERS if peer.name in options.only]
    missing = _install(chosen, result["versions"])
    for name in options.work:
        peers = [peer for peer in chosen if name in peer.works]
        try:
            work = prepare(name)
        except InstallFailed as error:
            _say(f"{name} could not be prepared: {error}")
            continue
        result["works"][name] = Measurement(work, peers, effort, missing).run()
    if not result["works"]:
        return 1
    result["took_s"] = round(time.monotonic() - began)
    result["bars"] = [{**asdict(bar), "reached": bar.reached} for bar in bars(result)]
    print(report.text(result))
    whole = effort is WHOLE and len(chosen) == len(PEERS) and len(result["works"]) == len(NAMES)
    _save(result, DOCS if whole else KEPT / "results")
    return 0


@dataclass(slots=True)
class Measurement:
    """One work, done by every peer, round after round.

    A round starts every peer once, and every second round does so in the opposite order, so that
    what changes on the machine meanwhile meets all of them.
    """

    work: Work
    peers: list[Peer]
    effort: Effort
    missing: dict[str, str]
    _seen: dict[str, dict[str, Any]] = field(default_factory=dict)

    def run(self) -> dict[str, Any]:
        """Return everything that was seen."""
        for peer in self.peers:
            reason = self.missing.get(peer.environment)
            self._seen[peer.name] = {
                "title": peer.title,
                "runtime": peer.runtime_for(self.work),
                "plan": None,
                "starts": [],
                "failures": [f"Its environment: {reason}"] if reason else [],
            }
        bare_loops = []
        for number in range(self.effort.rounds):
            _say(f"{self.work.name}, round {number + 1} of {self.effort.rounds}")
            bare_loops.append(self._bare_loops(self.work.runtime))
            for peer in self.peers if number % 2 == 0 else reversed(self.peers):
                if number < peer.rounds:
                    self._start(peer, number)
        self._more_starts()
        others = {
            peer.runtime for peer in self.peers if peer.runtime and peer.environment == WHERRY
        }
        return {
            "title": self.work.title,
            "runtime": self.work.runtime,
            "connections": self.work.connections,
            "peers": self._seen,
            "bare_loops": [loops for loops in bare_loops if loops],
            "other_bare_loops": {runtime: [self._bare_loops(runtime)] for runtime in others},
        }

    def _start(self, peer: Peer, number: int | None) -> None:
        """Start the peer once; under load, and counted as of that round, if there is one."""
        seen = self._seen[peer.name]
        if peer.environment in self.missing or len(seen["failures"]) >= MOST_FAILURES:
            return
        like = self._seen.get(peer.like or "", {}).get("plan")
        plan = Plan(*like) if like else Plan(1, 1)
        load_s = None if number is None else self.effort.load_s
        try:
            start = measure.start(peer, self.work, plan, load_s)
        except (ServerFailed, InstallFailed) as error:
            reason = _without_paths(str(error))
            seen["failures"].append(reason)
            _say(f"  {peer.name}: {reason}")
            return
        used = start.plan or (plan if peer.like else None)
        seen["plan"] = (used.processes, used.threads) if used else None
        shown: dict[str, Any] = {
            "first_answer_s": round(start.first_answer_s, 4),
            "plan": seen["plan"],
        }
        if start.load and start.memory:
            shown |= {"round": number, **asdict(start.load), **asdict(start.memory)}
            _say(
                f"  {peer.name}: {start.load.requests_per_s:,.0f}/s,"
                f" p99 {start.load.p99_ms:.1f} ms, first answer {start.first_answer_s:.2f} s,"
                f" {start.memory.pss_bytes / 1e6:,.0f} MB"
            )
        seen["starts"].append(shown)

    def _more_starts(self) -> None:
        for number in range(self.effort.starts - self.effort.rounds):
            judged = [peer for peer in self.peers if peer.name in FIRST_ANSWER_JUDGED]
            for peer in judged if number % 2 == 0 else reversed(judged):
                self._start(peer, None)

    def _bare_loops(self, runtime: str) -> dict[str, float]:
        try:
            return measure.bare_loops(self.work, runtime, self.effort.bare_loop_s)
        except (ServerFailed, InstallFailed) as error:
            _say(f"  bare loop of {runtime}: {error}")
            return {}


def _options() -> argparse.Namespace:
    names = [peer.name for peer in PEERS]
    parser = argparse.ArgumentParser(
        prog="scripts/bench serving",
        description="Measure Wherry and other ways to serve a model on this machine.",
    )
    parser.add_argument(
        "--only",
        type=_listed(names),
        default=names,
        metavar="PEERS",
        help=f"some of the peers, with commas between them: {', '.join(names)}",
    )
    parser.add_argument(
        "--work",
        type=_listed(NAMES),
        default=list(NAMES),
        metavar="WORKS",
        help=f"some of the works: {', '.join(NAMES)}",
    )
    parser.add_argument("--quick", action="store_true", help="one short round instead of five")
    parser.add_argument(
        "--page",
        action="store_true",
        help="measure nothing; write the page and the chart again from docs/benchmarks",
    )
    return parser.parse_args()


def _listed(known: Sequence[str]) -> Callable[[str], list[str]]:
    def read(text: str) -> list[str]:
        wanted = text.split(",")
        if unknown := sorted(set(wanted) - set(known)):
            raise argparse.ArgumentTypeError(f"{unknown[0]!r} is none of {', '.join(known)}")
        return [name for name in known if name in wanted]

    return read


def _install(peers: Sequence[Peer], versions: dict[str, dict[str, str]]) -> dict[str, str]:
    """Make every environment; return the reasons of those that could not be made, by name."""
    missing = {}
    for name in dict.fromkeys(peer.environment for peer in peers):
        try:
            versions[name] = environment(name).versions
        except InstallFailed as error:
            missing[name] = _without_paths(str(error))
            _say(f"  the environment {name} could not be made: {error}")
    return missing


def _save(result: dict[str, Any], folder: Path) -> None:
    (folder / _DATA).parent.mkdir(parents=True, exist_ok=True)
    (folder / _DATA).write_text(json.dumps(result, indent=1) + "\n")
    _write_page(result, folder)


def _write_page(result: dict[str, Any], folder: Path) -> None:
    (folder / _PAGE).write_text(report.page(result, chart=_CHART, data=_DATA))
    drawn = subprocess.run(
        [environment("chart").python, str(HERE / "chart.py"), _DATA, _CHART],
        cwd=folder,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    if drawn.returncode != 0:
        _say(f"The chart could not be drawn: {drawn.stderr[-400:]}")
    if folder == DOCS:
        readme = REPOSITORY / "README.md"
        readme.write_text(report.front(readme.read_text(), result))
    _say(f"Saved {', '.join(str(folder / name) for name in (_PAGE, _DATA, _CHART))}.")


def _without_paths(words: str) -> str:
    """Leave out where this checkout lies: the reason is kept, and read elsewhere."""
    return words.replace(str(REPOSITORY), ".").replace(str(Path.home()), "~")


def _say(sentence: str) -> None:
    print(sentence, file=sys.stderr, flush=True)


if __name__ == "__main__":
    sys.exit(main())
