"""``scripts/bench corpus``: make the models, shrink each, judge what came of it, write the page."""

import argparse
import json
import os
import shutil
import sys
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from benchmarks.corpus import figures, page
from benchmarks.corpus.cases import CASES, REFUSALS, Case
from benchmarks.corpus.making import make
from benchmarks.corpus.running import run_case
from benchmarks.serving.environments import KEPT, REPOSITORY
from benchmarks.serving.machine import commit, machine

DOCS = REPOSITORY / "docs"
PAGE, DATA = DOCS / "corpus.md", DOCS / "benchmarks" / "corpus.json"
ALL = (*CASES, *REFUSALS)


def main() -> int:
    """Do what the command line asks for, and say how many cases are as they should be."""
    options = _options()
    # Where the environments of the tests are, too: each is made once.
    os.environ.setdefault("WHERRY_CACHE", str(REPOSITORY / ".wherry" / "cache"))
    work: Path = options.work
    chosen = [case for case in ALL if _is_wanted(case, options.only)]
    if options.page:
        _write()
        return 0
    if not options.figures:
        make(work / "models", chosen)
        for number, case in enumerate(chosen, 1):
            if options.again or not _is_done(work, case):
                _tell(number, len(chosen), _run(work, case))
    if options.figures or not options.only:
        _keep(work / "figures.json", figures.all_figures(work, _rows(work, ALL)))
    rows = _rows(work, chosen)
    if not options.only:
        _save(work, _rows(work, ALL))
    wrong = [row for row in rows if not row["passed"]]
    print(f"{len(rows) - len(wrong)} of {len(rows)} cases are as they should be.")
    return 1 if wrong else 0


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="scripts/bench corpus", description=__doc__)
    parser.add_argument(
        "--only",
        nargs="+",
        default=(),
        metavar="WORD",
        help="cases whose name holds one of these; docs/ is not written",
    )
    parser.add_argument("--again", action="store_true", help="also those that passed before")
    parser.add_argument("--figures", action="store_true", help="the figures only")
    parser.add_argument("--page", action="store_true", help="only write the page from its data")
    parser.add_argument(
        "--work", type=Path, default=KEPT / "corpus", help="what is made is kept here"
    )
    return parser.parse_args()


def _is_wanted(case: Case, words: Sequence[str]) -> bool:
    return not words or any(word in case.name for word in words)


def _is_done(work: Path, case: Case) -> bool:
    path = _result(work, case)
    return path.is_file() and json.loads(path.read_text())["passed"] is True


def _result(work: Path, case: Case) -> Path:
    return work / "results" / f"{case.name}.json"


def _run(work: Path, case: Case) -> dict[str, Any]:
    bundles = work / "bundles"
    row = run_case(work / "models", bundles, case) | {"commit": commit()}
    _keep(_result(work, case), row)
    if row["passed"]:
        shutil.rmtree(bundles / case.name, ignore_errors=True)
    return row


def _rows(work: Path, cases: Sequence[Case]) -> list[dict[str, Any]]:
    found = (_result(work, case) for case in cases)
    return [json.loads(path.read_text()) for path in found if path.is_file()]


def _tell(number: int, total: int, row: dict[str, Any]) -> None:
    became = row.get("chosen") or row.get("reason", "")
    print(f"{number}/{total} {row['name']}: {became} ({row.get('seconds', 0):.0f} s)", flush=True)
    for problem in row["problems"]:
        print(f"    WRONG: {problem}", flush=True)


def _keep(path: Path, what: Any) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(what, indent=1) + "\n")


def _save(work: Path, rows: list[dict[str, Any]]) -> None:
    measured = work / "figures.json"
    result = {
        "schema": 1,
        "date": datetime.now(UTC).date().isoformat(),
        "commit": commit(),
        "machine": machine(),
        "cases": rows,
        "not_run": [case.name for case in ALL if not _result(work, case).is_file()],
        "figures": json.loads(measured.read_text()) if measured.is_file() else [],
    }
    _keep(DATA, result)
    _write()


def _write() -> None:
    PAGE.write_text(page.page(json.loads(DATA.read_text())))


if __name__ == "__main__":
    sys.exit(main())
