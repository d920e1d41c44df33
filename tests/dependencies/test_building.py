import pytest
from packaging.version import Version

from tests.dependencies.lines import line, page
from wherry.dependencies.building import BROKEN, source_trouble
from wherry.dependencies.fitting import fit
from wherry.dependencies.resolution import Trouble
from wherry.dependencies.sources import Source

_FOR_38 = "x-1.0-cp38-cp38-manylinux2014_x86_64.whl"


def _trouble(source: Source | None, *files: str, uploaded: str = "2020-01-01") -> Trouble | None:
    found = page("x", *files, uploaded=uploaded)
    known = source_trouble(fit(line("x==1.0"), found, (3, 12)), source, found, (3, 12))
    return known.trouble if known else None


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        (Source(compiled=True, fragile=True), Trouble.SOURCE_TOO_OLD),
        (Source(compiled=True), Trouble.SOURCE_NEEDS_COMPILER),
        (Source(compiled=True, fragile=True, needs_old_setuptools="x"), Trouble.SOURCE_TOO_OLD),
        (Source(compiled=False, needs_old_setuptools="x"), Trouble.SOURCE_OLD_SETUPTOOLS),
        (Source(compiled=False, gone=(((3, 12), "x"),)), Trouble.SOURCE_TOO_OLD),
        (Source(compiled=False, gone=(((3, 14), "x"),)), None),
        (Source(compiled=False), None),
        (None, Trouble.SOURCE_TOO_OLD),
    ],
)
def test_what_becomes_of_a_pin_that_had_wheels(
    source: Source | None, expected: Trouble | None
) -> None:
    assert _trouble(source, _FOR_38, "x-1.0.tar.gz") is expected


def test_what_was_made_in_the_beta_of_this_python_may_build() -> None:
    source = Source(compiled=True, fragile=True)
    made = _trouble(source, _FOR_38, "x-1.0.tar.gz", uploaded="2023-07-01")
    assert made is Trouble.SOURCE_NEEDS_COMPILER


def test_a_source_that_never_had_wheels_and_cannot_be_read_is_left_alone() -> None:
    assert _trouble(None, "x-1.0.tar.gz") is None


@pytest.mark.parametrize(
    ("name", "version", "python", "stopped"),
    [
        ("psycopg2", "2.9.9", (3, 13), True),
        ("psycopg2", "2.9.9", (3, 12), False),
        ("psycopg2", "2.9.10", (3, 13), False),
        ("psycopg2-binary", "2.8.6", (3, 11), True),
        ("psycopg2-binary", "2.8.6", (3, 10), False),
        ("psycopg2", "2.9.3", (3, 11), False),
        ("wrapt", "1.12.1", (3, 11), True),
        ("wrapt", "1.12.1", (3, 10), False),
        ("wrapt", "1.13.3", (3, 11), False),
        ("pyyaml", "5.4.1", (3, 11), True),
        ("pyyaml", "5.3.1", (3, 13), False),
        ("pyyaml", "6.0.1", (3, 12), False),
    ],
)
def test_sources_that_are_known_not_to_build(
    name: str, version: str, python: tuple[int, int], stopped: bool
) -> None:
    found = any(broken.stops(name, Version(version), python) for broken in BROKEN)
    assert found is stopped
