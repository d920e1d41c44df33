"""A database that is full: what clients are told, and what becomes of the jobs that are kept."""

import json
import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from benchmarks.jobs.site import REPOSITORY, sqlite, write_site

# SQLite's own limit on the size of a file stands for the disk's: it fails in the same words, and
# nobody else's disk is filled.
MAX_PAGES: Final = 256
JOBS: Final = {"LEASE_S": 1.0, "MAX_INPUT_BYTES": 2**20}
DONE_WITHIN_S: Final = 120
PIECE: Final = 4096


@dataclass(frozen=True, slots=True)
class FullDisk:
    """What came out.

    ``kept`` jobs were accepted before the disk was full; ``refused`` is the status of one more,
    ``page`` that of another page of the site meanwhile, ``done`` how many of the kept had their
    result once there was room again.
    """

    kept: int
    refused: int
    sentence: str
    page: int
    done: int

    @property
    def holds(self) -> bool:
        """Whether the answer was clear, the site stayed up, and nothing that was kept is lost."""
        clear = self.refused == 507 and "full" in self.sentence
        return clear and self.page == 200 and self.kept > 0 and self.done == self.kept


def measure(folder: Path) -> FullDisk:
    """Fill a database with jobs until it takes no more, then make room and let a worker run."""
    site = folder / "site"
    command = write_site(site, sqlite(folder, max_pages=MAX_PAGES), jobs=JOBS, run_s=0.0)
    environment = {
        **os.environ,
        "DJANGO_SETTINGS_MODULE": "project.settings",
        "PYTHONPATH": os.pathsep.join(map(str, (site, REPOSITORY / "src", REPOSITORY))),
    }

    def drive(*words: str) -> Any:
        script = str(Path(__file__).with_name("driving.py"))
        done = subprocess.run(
            [sys.executable, script, *words],
            cwd=site,
            env=environment,
            stdout=subprocess.PIPE,
            text=True,
            check=True,
        )
        return json.loads(done.stdout)

    filled = drive("migrate", f"fill:{PIECE}")["fill"]
    settings = site / "project" / "settings.py"
    settings.write_text(settings.read_text().replace(f"max_page_count={MAX_PAGES}", "user_version"))
    with (folder / "log").open("wb") as log:
        worker = subprocess.Popen(
            [*command, "wherry", "worker"], cwd=site, env=environment, stdout=log, stderr=log
        )
        try:
            found = drive(f"wait:{DONE_WITHIN_S}", "check")["check"]
        finally:
            worker.terminate()
            worker.wait(60)
    return FullDisk(**filled, done=found["succeeded"])
