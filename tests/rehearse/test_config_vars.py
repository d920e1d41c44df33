"""The file of config vars: what people have in a .env."""

from pathlib import Path

import pytest

from wherry.errors import ConfigurationError
from wherry.rehearse.config_vars import read_config_vars


def read(folder: Path, text: str | bytes) -> dict[str, str]:
    path = folder / ".env"
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return read_config_vars(path)


@pytest.mark.parametrize(
    ("line", "value"),
    [
        ("A=1", "1"),
        ("A = 1", "1"),
        ("export A=1", "1"),
        ("A=", ""),
        ("A='a b # c'", "a b # c"),
        ('A="a\\nb \\"c\\""', 'a\nb "c"'),
        ("A='a\\nb'", "a\\nb"),
        ("A=a#b", "a#b"),
        ("A=a # said", "a"),
        ("A=postgres://u:p@h/d?x=y", "postgres://u:p@h/d?x=y"),
        ("\ufeffA=1", "1"),
    ],
)
def test_a_line_sets_a_variable(tmp_path: Path, line: str, value: str) -> None:
    assert read(tmp_path, line) == {"A": value}


def test_empty_lines_and_remarks_are_none(tmp_path: Path) -> None:
    assert read(tmp_path, "\n# A=1\n\r\nB=2\r\n") == {"B": "2"}


@pytest.mark.parametrize("text", ["hunter2", "A=1\n=hunter2", "A-B=hunter2", "1A=hunter2"])
def test_what_is_no_variable_is_told_by_its_line_and_never_quoted(
    tmp_path: Path, text: str
) -> None:
    with pytest.raises(ConfigurationError, match="NAME=value") as told:
        read(tmp_path, text)
    assert f"Line {text.count(chr(10)) + 1}" in str(told.value)
    assert "hunter2" not in str(told.value)


@pytest.mark.parametrize("content", [b"\xff\xfe\x00A", b"A=\x00", b"A=" + b"x" * 2**20])
def test_what_is_no_text_is_refused(tmp_path: Path, content: bytes) -> None:
    with pytest.raises(ConfigurationError):
        read(tmp_path, content)


def test_a_missing_file_is_said(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match="cannot be read"):
        read_config_vars(tmp_path / "none")
