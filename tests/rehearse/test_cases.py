"""Whole projects that fail on purpose, and some that are fine, built and run for real."""

import json
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from tests.cases.rehearsals.cases import Case, command_line, lay_out, make_index, read_cases
from wherry.causes.catalogue import CATALOGUE
from wherry.cli import main

CASES = read_cases()
FULL_LENGTH = [case for case in CASES if case.full_length]
SHORT = [case for case in CASES if not case.full_length and not case.heavy]
# Twice the time that a platform gives to boot, and a build on a busy machine.
_LONGEST_S = 600

linux = pytest.mark.skipif(sys.platform != "linux", reason="limits are Linux's")
named = pytest.mark.parametrize("case", SHORT, ids=lambda case: case.name)


@dataclass
class LongRuns:
    """The cases that take minutes, in processes of their own: most of the time they wait."""

    folder: Path
    running: dict[str, subprocess.Popen[str]] = field(default_factory=dict)

    def begin(self) -> None:
        """Start those that were not started."""
        for case in FULL_LENGTH:
            if case.name not in self.running:
                project = lay_out(case, self.folder / case.name)
                self.running[case.name] = subprocess.Popen(
                    [sys.executable, "-m", "wherry.cli", *command_line(case, project)],
                    stdin=subprocess.DEVNULL,
                    stdout=subprocess.PIPE,
                    stderr=subprocess.PIPE,
                    text=True,
                )

    def close(self) -> None:
        """End what still runs, as with Ctrl-C, which leaves nothing behind."""
        for process in self.running.values():
            if process.poll() is None:
                process.terminate()
        for process in self.running.values():
            process.communicate()


@pytest.fixture(scope="module", autouse=True)
def long_runs(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[LongRuns]:
    """Start the long ones first where one process runs all tests, so that they run beside."""
    runs = LongRuns(tmp_path_factory.mktemp("long"))
    asked = any(item.name == test_at_full_length.__name__ for item in request.session.items)
    alone = not hasattr(request.config, "workerinput")
    try:
        if asked and alone and sys.platform == "linux":
            runs.begin()
        yield runs
    finally:
        runs.close()


@pytest.fixture(scope="session")
def wherry_vars(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a file of config vars with an index that holds a wheel of this checkout."""
    folder = tmp_path_factory.mktemp("wheels")
    path = folder / ".env"
    path.write_text(f"PIP_EXTRA_INDEX_URL={make_index(folder / 'simple')}\n")
    return path


def judged(case: Case, status: int, output: str) -> None:
    document = json.loads(output)
    causes = tuple(finding["name"] for finding in document["findings"])
    assert (causes, status) == (case.causes, case.status), document["verdict"]["text"]
    assert document["verdict"]["text"].startswith(case.verdict)
    if not case.causes:
        assert document["verdict"]["text"] == case.verdict


@linux
@named
def test_case(
    case: Case,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    request: pytest.FixtureRequest,
) -> None:
    project = lay_out(case, tmp_path / case.name)
    env_file = request.getfixturevalue("wherry_vars") if case.wherry else None
    status = main(command_line(case, project, env_file))
    judged(case, status, capsys.readouterr().out)


@linux
def test_at_full_length(long_runs: LongRuns) -> None:
    long_runs.begin()
    for case in FULL_LENGTH:
        process = long_runs.running[case.name]
        output, said = process.communicate(timeout=_LONGEST_S)
        assert said == ""
        judged(case, process.returncode, output)


def test_there_are_enough_of_each_kind() -> None:
    assert sum(not case.causes for case in CASES) >= 6
    assert sum(bool(case.causes) for case in CASES) >= 20
    assert {case.causes for case in FULL_LENGTH} == {
        ("slow-boot",),
        ("request-timeout-h12",),
        ("shutdown-ignored-sigterm",),
    }


def test_cases_speak_the_catalogues_language() -> None:
    names = {cause.name for cause in CATALOGUE}
    for case in CASES:
        assert case.why.strip()
        assert case.tree.is_dir()
        assert set(case.causes) <= names
        assert len(case.causes) <= 1, f"{case.name} fails in more than one way"
