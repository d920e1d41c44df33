"""That the tests are run: pytest leaves folders of some names out without a word."""

from fnmatch import fnmatch
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]


def test_pytest_looks_into_every_folder_of_tests(pytestconfig: pytest.Config) -> None:
    unseen = pytestconfig.getini("norecursedirs")
    folders = {
        file.parent.relative_to(ROOT)
        for file in ROOT.glob("tests/**/test_*.py")
        if "tree" not in file.parts  # Other people's projects.
    }
    assert Path("tests/rehearse/build") in folders
    left_out = [
        folder
        for folder in folders
        for name in unseen
        for part in folder.parts
        if fnmatch(part, name)
    ]
    assert left_out == []
