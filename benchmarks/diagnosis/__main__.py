"""``scripts/bench diagnosis``: what is found, missed and wrongly said in projects and logs.

With ``repairs``: whether the projects that can be repaired install, collect and boot afterwards.
"""

import argparse
import sys
from pathlib import Path

from tests.cases.projects.cases import read_cases

from benchmarks.diagnosis import logs, projects, repairs
from benchmarks.diagnosis.scores import Table
from benchmarks.serving.environments import KEPT


def main() -> int:
    """Do what the command line asks for, and print its tables."""
    options = _options()
    if options.kind == "repairs":
        return _repair(options.only, options.work)
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
    kinds = ("projects", "logs", "repairs")
    parser.add_argument("kind", nargs="?", choices=kinds, help="one of them; else the first two")
    parser.add_argument("--only", default="", help="cases whose name holds this")
    parser.add_argument("--offline", action="store_true", help="without the package index")
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


if __name__ == "__main__":
    sys.exit(main())
