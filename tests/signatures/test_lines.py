"""Single lines, as programs have worded them over the years."""

import tomllib
from pathlib import Path

import pytest

from tests.signatures.reading import read

LINES = tomllib.loads(Path(__file__).with_name("lines.toml").read_text(encoding="utf-8"))["lines"]


@pytest.mark.parametrize("line", LINES, ids=[line["text"][:60] for line in LINES])
def test_a_line_is_a_sign_of(line: dict[str, str]) -> None:
    explanation = read(line["text"] + "\n")
    first = [finding.cause.name for finding in explanation.first]
    quiet = "outside" if explanation.outside else "nothing"
    assert len(first) <= 1
    assert (first or [quiet])[0] in line["causes"]
