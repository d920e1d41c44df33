"""``scripts/bench diagnosis``: what is found, missed and wrongly said in projects and logs.

With ``resolution``: how long a broken list takes, beside uv's own compilation of the repaired one.
With ``repairs``: whether the projects that can be repaired install, collect and boot afterwards.
"""

import argparse
import sys
from pathlib import Path

from tests.cases.projects.cases import read_cases

from benchmarks.diagnosis import logs, projects, repairs, resolution
from benchmarks.diagnosis.scores import Table
from benchmarks.serving.environments import KEPT


def main() -> int:
    """Do what the command line asks for, and print its tables."""
    options = _options()
    if options.kind == "repairs":
        return _repair(options.only, options.work)
    if options.kind == "resolution":
        return _resolve(options.only, options.rounds)
    tables = []
    if options.kind != "logs":
        cases = [case for case in read_cases() if options.only in case.name]
        outcomes = [projects.examine(case, offline=options.offline) for case in cases]
        tables.append(Table("wherry doctor", outcomes))
    if options.kind != "projects":
        chosen = [name for name in logs.names() if options.only in name]
        tables.append(Table("wherry explain", [logs.examine(name) for name in chosen]))
    for table in tables:
        print(*table.lines(), sep="\n")
    return 0 if all(table.reached for table in tables) else 1


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="scripts/bench diagnosis", description=__doc__)
    kinds = ("projects", "logs", "repairs", "resolution")
    parser.add_argument("kind", nargs="?", choices=kinds, help="one of them; else the first two")
    parser.add_argument("--only", default="", help="cases whose name holds this")
    parser.add_argument("--offline", action="store_true", help="without the package index")
    parser.add_argument("--rounds", type=int, default=5, help="resolution: the quickest counts")
    parser.add_argument(
        "--work", type=Path, default=KEPT / "diagnosis", help="repairs: environments are kept here"
    )
    return parser.parse_args()


def _repair(only: str, work: Path) -> int:
    outcomes = []
    for case in read_cases():
        if case.boot is not None and only in case.name:
            outcomes.append(repairs.examine(case, work.absolute()))
            print(f"{case.name}: {outcomes[-1].why or 'holds'}", file=sys.stderr, flush=True)
    print(*repairs.table(outcomes), sep="\n")
    held = sum(outcome.holds for outcome in outcomes)
    return 0 if held >= min(repairs.ASKED, len(outcomes)) else 1


def _resolve(only: str, rounds: int) -> int:
    lists = sorted(path for path in resolution.LISTS.iterdir() if only in path.name)
    times = [resolution.measure(path, rounds) for path in lists]
    print(*resolution.table(times), sep="\n")
    return 0 if all(one.reached for one in times) else 1


if __name__ == "__main__":
    sys.exit(main())
