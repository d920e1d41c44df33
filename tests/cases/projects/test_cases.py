"""The cases themselves hold together: names, files, sizes, and what git would track."""

import subprocess
from pathlib import Path

import pytest

from tests.cases.projects.cases import Case, build, read_cases
from wherry.causes.catalogue import CATALOGUE
from wherry.platforms import hosts

CASES = read_cases()
NAMES = {cause.name for cause in CATALOGUE}
SEVERITIES = {"error", "warning", "note"}
FILES_LIMIT = 40
SIZE_LIMIT_BYTES = 200_000


def test_there_are_enough_of_each_kind() -> None:
    assert len(CASES) >= 30
    assert sum(case.clean for case in CASES) >= 10
    assert sum(case.boot is not None for case in CASES) >= 16


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_case_speaks_the_catalogues_language(case: Case) -> None:
    hosts.get(case.platform)
    causes = [name for item in case.findings for name in (item.cause, *item.alternatives)]
    assert set(causes) | set(case.also_acceptable) <= NAMES
    assert {item.severity for item in case.findings} <= SEVERITIES
    assert not {item.cause for item in case.findings} & set(case.also_acceptable)
    assert len(set(case.findings)) == len(case.findings)
    assert case.why
    assert case.seen
    if case.clean:
        assert not case.findings
    else:
        assert case.findings


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_case_is_small_and_all_of_it_is_laid_out(case: Case, tmp_path: Path) -> None:
    stored = [path for path in case.tree.rglob("*") if path.is_file() or path.is_symlink()]
    assert 0 < len(stored) <= FILES_LIMIT
    assert sum(path.lstat().st_size for path in stored) <= SIZE_LIMIT_BYTES
    root = build(case, tmp_path / case.name)
    for item in case.findings:
        assert not item.file or (root / item.file).exists(), item
    if case.git:
        tracked = _tracked(root)
        assert {str(path.relative_to(case.tree)) for path in stored} <= tracked
        for make in case.makes:
            assert (make.path in tracked) == (make.git != "not"), make.path


def _tracked(root: Path) -> set[str]:
    done = subprocess.run(
        ("git", "ls-files", "-z"), cwd=root, check=True, capture_output=True, text=True, timeout=60
    )
    return set(done.stdout.split("\0"))
