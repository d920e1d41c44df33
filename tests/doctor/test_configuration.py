"""``[tool.wherry]``: read where it stands, refused in a sentence where it makes no sense."""

from pathlib import Path

import pytest

from tests.doctor.trees import tree
from wherry.causes.catalogue import cause
from wherry.doctor.configuration import Configuration, is_broken, matches, read_configuration
from wherry.errors import ConfigurationError
from wherry.findings import FileSpan


def read(root: Path, text: str) -> Configuration:
    return read_configuration(tree(root, {"pyproject.toml": text}))


def test_all_of_it(tmp_path: Path) -> None:
    found = read(
        tmp_path,
        """
        [tool.wherry]
        platform = "heroku:standard-1x"
        app = "backend/"
        select = ["WH1", "WH6"]
        ignore = ["debug-true"]
        baseline = "wherry.json"
        fail-on = "warning"
        per-file-ignores = { "tests/*" = ["WH601"] }
        """,
    )
    assert found == Configuration(
        platform="heroku:standard-1x",
        app="backend",
        select=("WH1", "WH6"),
        ignore=("debug-true",),
        per_file_ignores={"tests/*": frozenset(("WH601",))},
        baseline="wherry.json",
        fail_on="warning",
    )
    key = cause("secret-key-hard-coded")
    assert found.ignores(key, FileSpan("tests/settings.py", 1))
    assert not found.ignores(key, FileSpan("shop/settings.py", 1))


@pytest.mark.parametrize("text", ["", "[project]\nname = 'shop'\n", "[tool.ruff]\n"])
def test_nothing_said_is_nothing_wanted(tmp_path: Path, text: str) -> None:
    assert read(tmp_path, text) == Configuration()


def test_no_file_is_nothing_wanted(tmp_path: Path) -> None:
    assert read_configuration(tmp_path) == Configuration()
    assert is_broken(tmp_path) == ""


def test_broken_toml_is_not_ours_to_refuse(tmp_path: Path) -> None:
    """The host may not read it at all; that it is broken is said among what was not inspected."""
    assert read(tmp_path, "[tool.wherry\n") == Configuration()
    assert "it is not TOML" in is_broken(tmp_path)


def test_binary_is_not_ours_to_refuse(tmp_path: Path) -> None:
    (tmp_path / "pyproject.toml").write_bytes(b"\xff\xfe\x00")
    assert read_configuration(tmp_path) == Configuration()
    assert is_broken(tmp_path) == "it is not UTF-8"


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("platfrom = 'x'", "did you mean platform"),
        ("select = 'WH1'", "is a list"),
        ("select = ['WH999']", "no cause called 'WH999'"),
        ("per-file-ignores = ['a']", "is a table"),
        ("per-file-ignores = {a = ['nonsense']}", "no cause called 'nonsense'"),
        ("platform = 5", "is a text"),
        ("fail-on = 'always'", "error, warning, note or never"),
    ],
)
def test_mistakes_are_told(tmp_path: Path, text: str, words: str) -> None:
    with pytest.raises(ConfigurationError, match=words):
        read(tmp_path, f"[tool.wherry]\n{text}\n")


def test_section_that_is_no_table(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match="is a table"):
        read(tmp_path, "[tool]\nwherry = 1\n")


@pytest.mark.parametrize(
    ("path", "pattern"),
    [
        ("tests/a/b.py", "tests/*"),
        ("tests/a/b.py", "tests/"),
        ("shop/settings.py", "settings.py"),
        ("settings.py", "**/settings.py"),
        ("shop/settings.py", "**/settings.py"),
        ("shop/settings.py", "./shop/settings.py"),
    ],
)
def test_patterns_that_fit(path: str, pattern: str) -> None:
    assert matches(path, pattern)


@pytest.mark.parametrize(
    ("path", "pattern"),
    [("shop/tests/a.py", "tests/*"), ("shop/settings.py", "settings"), ("Settings.py", "s*.py")],
)
def test_patterns_that_do_not(path: str, pattern: str) -> None:
    assert not matches(path, pattern)
