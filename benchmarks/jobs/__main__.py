"""``scripts/bench jobs``: a thousand jobs, their worker killed twenty times, on each database."""

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from collections import Counter
from contextlib import ExitStack
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from benchmarks.jobs import full_disk
from benchmarks.jobs.killing import Dyno, Killer
from benchmarks.jobs.postgres import cluster
from benchmarks.jobs.site import REPOSITORY, sqlite, write_site
from benchmarks.serving.machine import commit, machine
from benchmarks.slug.measuring import keep
from wherry.rehearse.local_servers import postgresql

DATA = REPOSITORY / "docs" / "benchmarks" / "jobs.json"
RUN_S = 0.02
# Long, so that what is seen is that the dead are known to be, and not that time has passed.
LEASE_S = 120.0
DONE_WITHIN_S = 600
LOOK_S = 0.05


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came out on one database.

    ``runs`` counts how often the model was asked, ``most_runs`` for the job that was asked about
    most; ``right`` are the jobs whose result is that of their own input.
    """

    database: str
    jobs: int
    kills: int
    succeeded: int
    right: int
    runs: int
    most_runs: int
    tries: int
    seconds: float

    @property
    def holds(self) -> bool:
        """Whether each job has its result, once, and no more runs than kills were wasted."""
        each_once = self.succeeded == self.right == self.jobs
        return each_once and self.runs <= self.jobs + self.kills and self.tries >= self.jobs


def main() -> int:
    """Run on each database, then on a full disk; 1 where a promise was not kept."""
    options = _options()
    outcomes = []
    for database in options.databases:
        if database == "postgres" and postgresql.installed() is None:
            print("postgres: no server is installed here; left out.")
            continue
        outcome = _measured(database, options)
        outcomes.append(outcome)
        print(json.dumps({**asdict(outcome), "holds": outcome.holds}), flush=True)
    with tempfile.TemporaryDirectory(prefix="wherry-jobs-") as folder:
        filled = full_disk.measure(Path(folder))
    print(json.dumps({**asdict(filled), "holds": filled.holds}))
    if options.keep:
        keep(DATA, _document(outcomes, filled))
    return 0 if filled.holds and all(outcome.holds for outcome in outcomes) else 1


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="scripts/bench jobs", description=__doc__)
    parser.add_argument("--jobs", type=int, default=1000)
    parser.add_argument("--kills", type=int, default=20)
    parser.add_argument("--seed", type=int, default=6)
    parser.add_argument("--keep", action="store_true", help=f"write {DATA.name}")
    parser.add_argument(
        "--databases", nargs="+", default=["sqlite", "postgres"], choices=["sqlite", "postgres"]
    )
    return parser.parse_args()


def _document(outcomes: list[Outcome], filled: full_disk.FullDisk) -> dict[str, Any]:
    return {
        "schema": 1,
        "date": datetime.now(UTC).date().isoformat(),
        "commit": commit(),
        "machine": machine(),
        "run_s": RUN_S,
        "databases": [{**asdict(outcome), "holds": outcome.holds} for outcome in outcomes],
        "full_disk": {**asdict(filled), "holds": filled.holds},
    }


def _measured(database: str, options: argparse.Namespace) -> Outcome:
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="wherry-jobs-")))
        if database == "postgres":
            settings: dict[str, Any] = dict(stack.enter_context(cluster()))
        else:
            settings = sqlite(folder)
        jobs = {"LEASE_S": LEASE_S, "MAX_QUEUED": options.jobs + 1, "TRIES": 10}
        command = write_site(folder / "site", settings, jobs=jobs, run_s=RUN_S)
        os.environ["PYTHONPATH"] = str(REPOSITORY / "src")
        log = stack.enter_context((folder / "log").open("wb"))
        try:
            return _killed(database, command, folder / "site", log, options)
        except BaseException:
            sys.stderr.write((folder / "log").read_text()[-4000:])
            raise


def _killed(
    database: str, command: list[str], folder: Path, log: Any, options: argparse.Namespace
) -> Outcome:
    started = time.monotonic()
    _drive(folder, "migrate", f"enqueue:{options.jobs}")
    killer = Killer(options.jobs, options.kills, options.seed)
    with Dyno(command, folder, log, os.environ) as dyno:
        seen = _runs(folder)
        while len(seen) < options.jobs:
            if killer.is_due(sum(seen.values())):
                killer.kill(dyno, RUN_S)
            time.sleep(LOOK_S)
            seen = _runs(folder)
            if time.monotonic() - started > DONE_WITHIN_S:
                message = f"{len(seen)} of {options.jobs} jobs begun in {DONE_WITHIN_S} s"
                raise TimeoutError(message)
        _drive(folder, f"wait:{DONE_WITHIN_S}")
    seconds = time.monotonic() - started
    seen = _runs(folder)
    found = _drive(folder, "check")["check"]
    return Outcome(
        database=database,
        jobs=options.jobs,
        kills=killer.kills,
        succeeded=found["succeeded"],
        right=found["right"],
        runs=sum(seen.values()),
        most_runs=max(seen.values()),
        tries=found["tries"],
        seconds=round(seconds, 1),
    )


def _runs(folder: Path) -> Counter[str]:
    """Return how often the model was asked about each input."""
    try:
        lines = (folder / "runs").read_text().splitlines()
    except FileNotFoundError:
        return Counter()
    return Counter(line.split()[0] for line in lines)


def _drive(folder: Path, *words: str) -> Any:
    """Run ``driving`` in the project; return what it says."""
    done = subprocess.run(
        [sys.executable, str(Path(__file__).with_name("driving.py")), *words],
        cwd=folder,
        env={
            **os.environ,
            "DJANGO_SETTINGS_MODULE": "project.settings",
            "PYTHONPATH": os.pathsep.join(map(str, (folder, REPOSITORY / "src", REPOSITORY))),
        },
        stdout=subprocess.PIPE,
        text=True,
        check=True,
    )
    return json.loads(done.stdout)


if __name__ == "__main__":
    sys.exit(main())
