"""The benchmark of slugs: its sets, its fit and its table."""

import tomllib
from pathlib import Path
from typing import Any

import pytest
from benchmarks.slug import page
from benchmarks.slug.building import packed_bytes
from benchmarks.slug.fitting import fit, to_toml
from benchmarks.slug.predicting import compared, rows_as_text
from benchmarks.slug.sets import FITTED, TESTED

INTERPRETERS = {"3.13": {"1": 12, "6": 10, "9": 9}}


def package(native: int, python: int, text: int, count: int) -> dict[str, Any]:
    """Return a package whose sizes follow from known coefficients."""
    bytecode = 2.0 * python
    files = 1.01 * native + 0.98 * python + 0.95 * text + 1.02 * native - 200 * count - 100 * count
    return {
        "name": f"p{native}",
        "version": "1.0",
        "contents": {
            "native": [1, native * 3, native],
            "python": [count, python * 4, python],
            "text": [count, text * 3, text],
            "packed": [1, native, native],
        },
        "packed": files + bytecode,
        "packed_bytecode": bytecode,
    }


def test_what_is_fitted_is_not_what_is_tested() -> None:
    def heavy(sets: Any) -> set[str]:
        names = (text for one in sets for text in one.requirements)
        return {name.split("==")[0].split("[")[0].split("<")[0] for name in names}

    both = heavy(FITTED) & heavy(TESTED)
    # A server, a few hundred kilobytes; and TensorFlow, in versions two Kerases apart.
    assert both <= {"gunicorn", "tensorflow-cpu"}
    assert not {one.name for one in FITTED} & {one.name for one in TESTED}
    assert len(TESTED) >= 8


def test_coefficients_are_found_again() -> None:
    sizes = [(9, 3, 2, 10), (100, 1, 7, 40), (3, 50, 1, 300), (1, 2, 60, 90), (20, 30, 40, 7)]
    rows = [package(a * 90_000, b * 70_000, c * 50_000, n) for a, b, c, n in sizes]
    for number, row in enumerate(rows):
        row["contents"]["packed"][2] += number * 10_000
        row["packed"] += 1.02 * number * 10_000
    sets = [
        {"python": "3.13", "packages": rows, "slug_bytes_by_level": {"1": 110, "6": 100, "9": 99}}
    ]
    told = fit(sets, INTERPRETERS, {"3.13": 5})
    assert told["bytecode"]["deflated_ratio"] == pytest.approx(2.0)
    assert told["deflated_ratio"]["text"] == pytest.approx(0.95, rel=0.05)
    assert told["whole"]["fastest_ratio"] == pytest.approx(1.1)
    assert tomllib.loads(to_toml(told))["interpreter_bytes"] == {"3.13": 10}


def test_a_set_is_compared_and_told_without_its_addresses() -> None:
    row = {
        "name": "one",
        "python": "3.13",
        "packages": [package(900_000, 70_000, 50_000, 10) | {"url": "file:///somewhere"}],
        "slug_bytes": 20_000_000,
    }
    told = compared(row)
    assert "url" not in told["packages"][0]
    assert told["error_ratio"] == pytest.approx(told["predicted"]["value"] / 20_000_000 - 1)
    text = rows_as_text([told])
    assert text.count("\n") == 3
    assert "| one | 3.13 | 20.0 |" in text


def test_files_are_packed_as_one_stream(tmp_path: Path) -> None:
    paths = [tmp_path / f"{number}.py" for number in range(5)]
    for path in paths:
        path.write_text("value = 'the same text in every file'\n" * 50)
    alone = packed_bytes(paths[:1], (6,))[6]
    assert alone < packed_bytes(paths, (6,))[6] < 3 * alone


def test_the_page_is_that_of_its_data() -> None:
    slug, memory = page._read("slug"), page._read("memory")
    assert page.PAGE.read_text() == page.page(slug, memory)
    assert len(slug["sets"]) >= 8
    assert all(abs(row["error_ratio"]) <= 0.05 for row in slug["sets"])
    assert all(abs(ratio) <= 0.15 for row in memory["sites"] for ratio in row["error_ratios"])
