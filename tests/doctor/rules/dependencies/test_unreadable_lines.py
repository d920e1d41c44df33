"""A line that pip cannot read is what is wrong, and not that nothing asks for the package."""

from pathlib import Path

import pytest

from tests.doctor.rules.dependencies.asking import ask, brief

VIEWS = "import numpy\n\n\ndef home(request):\n    return numpy\n"


@pytest.mark.parametrize(
    "text",
    ["pip install Django==5.2.8\nnumpy==2.3.5\n", "Django==5.2.8\nnumpy=2.3.5\nsix==1.17.0\n"],
)
def test_what_it_names_is_not_missed(tmp_path: Path, text: str) -> None:
    found = brief(ask(tmp_path, {"requirements.txt": text, "pages/views.py": VIEWS}))
    assert "dependency-not-in-requirements" not in [name for name, _ in found]


def test_what_no_line_names_is(tmp_path: Path) -> None:
    text = "pip install Django==5.2.8\nnumpydoc=1.0\ngunicorn==23.0.0\n"
    found = brief(ask(tmp_path, {"requirements.txt": text, "pages/views.py": VIEWS}))
    assert ("dependency-not-in-requirements", "error") in found
