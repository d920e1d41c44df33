"""``scripts/bench slug``: build real slugs, fit what predicts them, test it on others."""

import argparse
import json
import sys
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from benchmarks.serving.environments import KEPT, REPOSITORY
from benchmarks.serving.machine import commit, machine
from benchmarks.slug import page, table
from benchmarks.slug.bytecode import bytecode_bytes
from benchmarks.slug.fitting import fit, to_toml
from benchmarks.slug.measuring import keep, measure_interpreter, measure_set
from benchmarks.slug.predicting import compared, rows_as_text
from benchmarks.slug.sets import FITTED, TESTED, DependencySet

PYTHONS = ("3.10", "3.11", "3.12", "3.13")
COEFFICIENTS = REPOSITORY / "src" / "wherry" / "estimate" / "slug_coefficients.toml"
DATA = REPOSITORY / "docs" / "benchmarks" / "slug.json"
BAR_RATIO = 0.05


def main() -> int:
    """Do what the command line asks for; 1 where a prediction is further off than the bar."""
    options = _options()
    if options.table is not None:
        table.write(options.table)
        return 0
    work: Path = options.work
    if options.require:
        asked = DependencySet("asked", options.python, tuple(options.require))
        return _tell([compared(measure_set(asked, work / "building", each=False))])
    _measure(work, options.only)
    if options.fit:
        COEFFICIENTS.write_text(_fitted(work))
    rows = [compared(row) for row in _rows(work, TESTED)]
    if not options.only:
        keep(DATA, _document(rows))
        page.write()
    return _tell(rows)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="scripts/bench slug", description=__doc__)
    parser.add_argument("--only", nargs="+", default=(), metavar="WORD", help="sets so called")
    parser.add_argument("--require", nargs="+", metavar="REQUIREMENT", help="a set of your own")
    parser.add_argument("--python", default="3.13", help="for that set; default: %(default)s")
    parser.add_argument("--fit", action="store_true", help="write the coefficients anew")
    parser.add_argument(
        "--table",
        nargs="*",
        type=Path,
        metavar="WHEEL",
        help="only write the table of common wheels, with these files in it too",
    )
    parser.add_argument("--work", type=Path, default=KEPT / "slug", help="results are kept here")
    return parser.parse_args()


def _measure(work: Path, words: Sequence[str]) -> None:
    """Measure what was not measured before."""
    for version in PYTHONS:
        path = work / "interpreters" / f"{version}.json"
        if not path.is_file():
            keep(path, measure_interpreter(version, work / "building"))
    if not (work / "bytecode.json").is_file():
        sizes = {version: bytecode_bytes(version, work / "sources") for version in PYTHONS}
        keep(work / "bytecode.json", sizes)
    for wanted in (*FITTED, *TESTED):
        path = _result(work, wanted)
        if _is_wanted(wanted, words) and not path.is_file():
            print(f"Building {wanted.name} ...", flush=True)
            keep(path, measure_set(wanted, work / "building", each=wanted in FITTED))


def _is_wanted(wanted: DependencySet, words: Sequence[str]) -> bool:
    return not words or any(word in wanted.name for word in words)


def _result(work: Path, wanted: DependencySet) -> Path:
    return work / "sets" / f"{wanted.name}.json"


def _rows(work: Path, sets: Sequence[DependencySet]) -> list[dict[str, Any]]:
    found = (_result(work, one) for one in sets)
    return [json.loads(path.read_text()) for path in found if path.is_file()]


def _fitted(work: Path) -> str:
    interpreters = {
        version: json.loads((work / "interpreters" / f"{version}.json").read_text())
        for version in PYTHONS
    }
    bytecode = json.loads((work / "bytecode.json").read_text())
    return to_toml(fit(_rows(work, FITTED), interpreters, bytecode))


def _document(rows: list[dict[str, Any]]) -> dict[str, Any]:
    return {
        "schema": 1,
        "date": datetime.now(UTC).date().isoformat(),
        "commit": commit(),
        "machine": machine(),
        "fitted_on": [list(one.requirements) for one in FITTED],
        "sets": rows,
    }


def _tell(rows: list[dict[str, Any]]) -> int:
    print(rows_as_text(rows), end="")
    return 1 if any(abs(row["error_ratio"]) > BAR_RATIO for row in rows) else 0


if __name__ == "__main__":
    sys.exit(main())
