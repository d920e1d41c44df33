"""Rehearse the projects of tests/cases/rehearsals, the heavy ones too, and compare with the labels.

Run as ``scripts/bench rehearse cases [NAME ...]``. Builds are kept in ``.wherry/bench``, so that a
second run takes seconds for each project.
"""

import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final

from tests.cases.rehearsals.cases import Case, command_line, lay_out, make_index, read_cases

_CACHE: Final = Path(__file__).parents[2] / ".wherry" / "bench" / "rehearse"
_LONGEST_S: Final = 1800


def main(names: Sequence[str]) -> int:
    """Print a line for each project; return 1 if one did not come out as its label says."""
    cases = [case for case in read_cases() if not names or case.name in names]
    unknown = set(names) - {case.name for case in cases}
    if unknown:
        print(f"There is no case called {', '.join(sorted(unknown))}.", file=sys.stderr)
        return 2
    with tempfile.TemporaryDirectory() as folder:
        good = [_is_right(case, Path(folder)) for case in cases]
    print(f"{sum(good)} of {len(good)} as labelled")
    return 0 if all(good) else 1


def _is_right(case: Case, folder: Path) -> bool:
    begun = time.monotonic()
    status, document = _rehearse(case, folder)
    causes = tuple(found["name"] for found in document["findings"])
    verdict = document["verdict"]["text"]
    right = (status, causes) == (case.status, case.causes) and verdict.startswith(case.verdict)
    took_s = time.monotonic() - begun
    print(f"{'as labelled' if right else 'OTHERWISE  '} {case.name}, {took_s:.0f} s: {verdict}")
    return right


def _rehearse(case: Case, folder: Path) -> tuple[int, dict[str, Any]]:
    project = lay_out(case, folder / case.name)
    env_file = None
    if case.wherry:
        env_file = folder / f"{case.name}.env"
        env_file.write_text(f"PIP_EXTRA_INDEX_URL={make_index(folder / 'simple')}\n")
    done = subprocess.run(
        [sys.executable, "-m", "wherry.cli", *command_line(case, project, env_file)],
        env={**os.environ, "WHERRY_CACHE": str(_CACHE)},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=_LONGEST_S,
        check=False,
    )
    if not done.stdout:
        raise SystemExit(f"{case.name} was not rehearsed: {done.stderr}")
    return done.returncode, json.loads(done.stdout)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
