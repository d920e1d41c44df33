"""Which Pythons a Django runs on, and which repair is the best one then."""

from pathlib import Path

import pytest

from tests.dependencies.lines import line, lines
from wherry.dependencies.frameworks import runs
from wherry.dependencies.index import Index
from wherry.dependencies.resolving import resolve


@pytest.mark.parametrize(
    ("text", "python", "expected"),
    [
        ("Django==2.2.16", (3, 11), True),
        ("Django==2.2.16", (3, 12), False),
        ("Django==3.2.9", (3, 12), True),
        ("Django==3.2.9", (3, 14), False),
        ("Django==1.11.29", (3, 10), False),
        ("Django==4.2.16", (3, 14), True),
        ("Django>=2.2", (3, 14), True),
        ("djangorestframework==2.2", (3, 14), True),
    ],
)
def test_where_it_starts(text: str, python: tuple[int, int], expected: bool) -> None:
    assert runs(line(text), python) is expected


@pytest.mark.parametrize(
    ("django", "best"), [("Django==3.2.9", (3, 11)), ("Django==5.2.8", (3, 11))]
)
def test_a_repair_moves_to_a_python_near_by(
    tmp_path: Path, django: str, best: tuple[int, int]
) -> None:
    """pandas moves wherever it goes: not to the newest Python, where Django would not start."""
    found = resolve(
        lines(f"{django}\npandas==1.1.5"),
        (3, 10),
        pythons=((3, 11), (3, 13), (3, 14)),
        index=Index(folder=tmp_path),
    )
    assert found.repairs[0].python == best
