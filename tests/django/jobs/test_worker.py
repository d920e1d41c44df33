"""Real workers on real databases, which are killed, told to stop, and given jobs that kill them."""

import json
import os
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any, NamedTuple, Self

import pytest
from benchmarks.jobs.killing import Dyno
from benchmarks.jobs.postgres import cluster
from benchmarks.jobs.site import REPOSITORY, sqlite, write_site

from tests.django.serving import BYTECODE, until
from wherry.rehearse.local_servers import postgresql

DRIVING = REPOSITORY / "benchmarks" / "jobs" / "driving.py"
# Jobs by number: some take longer than a lease, one never ends, one kills its worker.
LONG, ENDLESS, POISON = 2, 3, 4
BEHAVIOUR = """
import os, signal, time
from project.slow import note as slow

def note(value):
    slow(value)
    number = int(value[0][0])
    if number == 2:
        time.sleep(4)
    if number == 3:
        time.sleep(600)
    if number == 4:
        os.kill(os.getpid(), signal.SIGKILL)
    return value
"""
WAIT = "wait:120"
STOP_SOON = """
import sys
import django
django.setup()
from wherry.django.jobs.in_force import job_options
from wherry.django.jobs.worker import work
sys.exit(work(job_options(), interval_s=0.05, grace_s=0.3))
"""


class Site:
    """A project with a database, and what can be done with it."""

    def __init__(
        self, folder: Path, database: dict[str, Any], *, run_s: float = 0.0, **jobs: Any
    ) -> None:
        self.folder = folder / "site"
        self.command = write_site(self.folder, database, jobs=jobs, run_s=run_s)
        self.environment = {
            **os.environ,
            "DJANGO_SETTINGS_MODULE": "project.settings",
            "PYTHONPATH": os.pathsep.join(map(str, (self.folder, REPOSITORY / "src", REPOSITORY))),
            "PYTHONPYCACHEPREFIX": BYTECODE.name,
        }
        self.log = (folder / "log").open("wb")

    def run(self, words: list[str]) -> str:
        done = subprocess.run(
            words,
            cwd=self.folder,
            env=self.environment,
            stdout=subprocess.PIPE,
            stderr=self.log,
            text=True,
            check=True,
        )
        return done.stdout

    def drive(self, *words: str) -> Any:
        try:
            return json.loads(self.run([sys.executable, str(DRIVING), *words]))
        except subprocess.CalledProcessError:
            sys.stderr.write((self.folder.parent / "log").read_text())
            raise

    def enqueue(self, jobs: int) -> None:
        self.drive("migrate", f"enqueue:{jobs}")

    def states(self, *first: str) -> dict[int, tuple[str, int, str]]:
        """Return each job's state, tries and error, in the order in which they were enqueued."""
        found = self.drive(*first, "states")["states"]
        return {int(number): tuple(job) for number, job in found.items()}

    def runs(self) -> Counter[int]:
        """Return how often the model was asked about each job's input."""
        notes = self.folder / "runs"
        lines = notes.read_text().splitlines() if notes.exists() else []
        return Counter(int(line.split()[0]) for line in lines)

    def dyno(self) -> Dyno:
        return Dyno(self.command, self.folder, self.log, self.environment)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.log.close()


@pytest.fixture(params=["sqlite", "postgres"])
def stored_in(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[dict[str, Any]]:
    """DATABASES' entry for each kind."""
    if request.param == "sqlite":
        yield sqlite(tmp_path)
        return
    if postgresql.installed() is None:
        pytest.skip("no PostgreSQL server is installed")
    pytest.importorskip("psycopg")
    with cluster() as settings:
        yield dict(settings)


def test_a_killed_worker_loses_nothing_and_repeats_one(
    tmp_path: Path, stored_in: dict[str, Any]
) -> None:
    """The process is killed in the middle of a job; its parent goes on at once."""
    # The lease is long: it is not waited for.
    with Site(tmp_path, stored_in, run_s=0.3, LEASE_S=600) as site:
        site.enqueue(6)
        with site.dyno() as dyno:
            until(lambda: len(site.runs()) >= 2)
            dyno.kill("worker")
            until(lambda: len(site.runs()) >= 4)
            dyno.kill("dyno")
            found = site.drive(WAIT, "check")["check"]
        assert (found["succeeded"], found["right"]) == (6, 6)
        assert 6 <= found["tries"] <= 8
        assert 6 <= sum(site.runs().values()) <= 8


class Troubled(NamedTuple):
    """What became of jobs of which some are trouble: state, tries and error; runs."""

    states: dict[int, tuple[str, int, str]]
    runs: Counter[int]


@pytest.fixture(scope="module")
def troubled(tmp_path_factory: pytest.TempPathFactory) -> Troubled:
    """Two workers have done six jobs, of which three are trouble."""
    folder = tmp_path_factory.mktemp("troubled")
    with Site(folder, sqlite(folder), LEASE_S=2, MAX_RUN_S=10, TRIES=2) as site:
        package = site.folder / "project"
        (package / "notes.py").rename(package / "slow.py")
        (package / "notes.py").write_text(BEHAVIOUR)
        site.enqueue(6)
        with site.dyno(), site.dyno():
            states = site.states(WAIT)
        return Troubled(states, site.runs())


def test_jobs_beside_trouble_are_done_once(troubled: Troubled) -> None:
    """By whichever of the two workers."""
    for number in (0, 1, 5):
        assert troubled.states[number][0] == "succeeded"
    assert troubled.runs[0] == troubled.runs[1] == 1


def test_a_run_longer_than_its_lease_is_not_begun_again(troubled: Troubled) -> None:
    """Its worker gives signs of life."""
    state, tries, _ = troubled.states[LONG]
    assert state == "succeeded"
    assert troubled.runs[LONG] == tries


def test_a_run_that_does_not_end_is_given_up(troubled: Troubled) -> None:
    """And its worker is replaced, since nothing else would end it."""
    state, _, error = troubled.states[ENDLESS]
    assert state == "failed"
    assert "ran for more than 10 s" in error


def test_a_job_that_kills_its_workers_stops_after_its_tries(troubled: Troubled) -> None:
    """The model was asked that often and no more."""
    state, tries, error = troubled.states[POISON]
    assert (state, tries) == ("failed", 2)
    assert "died 2 times" in error
    assert troubled.runs[POISON] == 2


def test_a_worker_told_to_stop_finishes_its_job(tmp_path: Path) -> None:
    """What can be finished in the platform's grace is."""
    with Site(tmp_path, sqlite(tmp_path), run_s=0.6) as site:
        site.enqueue(2)
        with site.dyno() as dyno:
            until(lambda: bool(site.runs()))
            dyno.process.send_signal(signal.SIGTERM)
            assert dyno.process.wait(30) == 0
        assert [state for state, *_ in site.states().values()] == ["succeeded", "queued"]
        assert sum(site.runs().values()) == 1


def test_a_worker_that_cannot_stop_in_time_hands_its_job_back(tmp_path: Path) -> None:
    """The next one begins it at once, and the try does not count."""
    with Site(tmp_path, sqlite(tmp_path), run_s=60.0) as site:
        site.enqueue(1)
        process = subprocess.Popen(
            [sys.executable, "-c", STOP_SOON],
            cwd=site.folder,
            env=site.environment,
            stdout=site.log,
            stderr=site.log,
        )
        try:
            until(lambda: bool(site.runs()))
            started = time.monotonic()
            process.send_signal(signal.SIGTERM)
            assert process.wait(30) == 0
            assert time.monotonic() - started < 30
        finally:
            process.kill()
            process.wait()
        assert site.states() == {0: ("queued", 0, "")}


def test_a_worker_without_its_app_says_what_is_missing(tmp_path: Path) -> None:
    """Rather than a traceback."""
    with Site(tmp_path, sqlite(tmp_path)) as site, ExitStack() as stack:
        settings = site.folder / "project" / "settings.py"
        settings.write_text(settings.read_text().replace('"wherry.django.jobs", ', ""))
        stack.enter_context(pytest.raises(subprocess.CalledProcessError))
        site.run([*site.command, "wherry", "worker"])
    assert "Jobs need 'wherry.django.jobs' in INSTALLED_APPS" in (tmp_path / "log").read_text()
