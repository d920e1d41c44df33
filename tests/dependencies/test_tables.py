import pytest

from tests.dependencies.lines import lines
from wherry.dependencies.resolution import Trouble
from wherry.dependencies.tables import assess, firsts
from wherry.dependencies.tensorflow_table import nearest_for, newest_for, release, table


def _troubles(text: str, python: tuple[int, int]) -> dict[str, Trouble]:
    return {found.line.text: found.trouble for found in assess(lines(text), python).troubles}


@pytest.mark.parametrize(
    ("text", "python"),
    [
        ("numpy==1.19.5", (3, 11)),
        ("numpy==1.25.2", (3, 12)),
        ("numpy<1.26", (3, 12)),
        ("numpy==1.24.*", (3, 12)),
        ("numpy~=1.24.0", (3, 13)),
        ("pandas==1.5.3", (3, 12)),
        ("scipy==1.4.1", (3, 12)),
        ("torch==2.1.0", (3, 13)),
        ("PyYAML==5.4.1", (3, 12)),
        ("tensorflow==2.15.1", (3, 12)),
        ("tensorflow-cpu<2.16", (3, 12)),
        ("tensorflow==2.21.0", (3, 14)),
        ("psycopg2-binary==2.9.3", (3, 13)),
        ("tensorflow-io-gcs-filesystem==0.31.0", (3, 12)),
    ],
)
def test_a_pin_that_is_older_than_this_python(text: str, python: tuple[int, int]) -> None:
    assert list(_troubles(text, python)) == [text.replace(" ", "")]


@pytest.mark.parametrize(
    ("text", "python"),
    [
        ("numpy==1.26.4", (3, 12)),
        ("numpy==2.3.2", (3, 14)),
        ("numpy", (3, 14)),
        ("numpy>=1.19", (3, 14)),
        ("numpy>=1.19,<3", (3, 14)),
        ("pandas~=2.1", (3, 13)),
        ("PyYAML==5.3.1", (3, 12)),
        ("PyYAML==6.0.1", (3, 13)),
        ("tensorflow==2.15.1", (3, 11)),
        ("tensorflow>=2.15", (3, 14)),
        ("tensorflow-cpu<3", (3, 13)),
        ("psycopg2-binary==2.9.3", (3, 12)),
        ("psycopg2==2.9.9", (3, 12)),
        ("somebody-elses==0.1", (3, 14)),
        ("Django==3.2.25", (3, 14)),
        ("opencv-python==4.8.1.78", (3, 14)),
        ("numpy==1.19.5 ; python_version < '3.10'", (3, 12)),
    ],
)
def test_one_that_fits_or_is_not_known_is_left_alone(text: str, python: tuple[int, int]) -> None:
    assert _troubles(text, python) == {}


def test_what_other_systems_need_and_what_nobody_has() -> None:
    found = _troubles("pywin32==304\ntensorflow-macos==2.9.0\npkg-resources==0.0.0\ncv2", (3, 12))
    assert found == {
        "pywin32==304": Trouble.NO_WHEEL,
        "tensorflow-macos==2.9.0": Trouble.NO_WHEEL,
        "pkg-resources==0.0.0": Trouble.NO_PACKAGE,
        "cv2": Trouble.NO_PACKAGE,
    }


def test_contradictions_that_the_table_knows() -> None:
    found = assess(lines("tensorflow==2.15.1\nnumpy==2.0.2\nkeras==3.0.0"), (3, 11)).conflicts
    assert {conflict.set_aside.key for conflict in found} == {"numpy", "keras"}


def test_what_the_table_wants_may_be_given() -> None:
    text = "tensorflow-cpu==2.15.1\nnumpy==1.26.4\nkeras==2.15.0\nh5py==3.11.0\nprotobuf==4.25.3"
    found = assess(lines(text), (3, 11))
    assert found.conflicts == ()
    assert found.troubles == ()


def test_a_lock_is_not_resolved_again() -> None:
    found = assess(lines("tensorflow==2.15.1\nnumpy==2.0.2"), (3, 11), locked=True)
    assert found.conflicts == ()


def test_it_says_that_the_index_was_not_asked() -> None:
    assert [item.what for item in assess([], (3, 12)).skipped] == [
        "what the package index knows of the requirements"
    ]


def test_every_supported_python_has_its_tensorflow() -> None:
    newest = {minor: newest_for((3, minor)) for minor in (9, 10, 11, 12, 13)}
    assert all(newest.values())
    assert newest_for((3, 14)) is None


@pytest.mark.parametrize(
    ("version", "python", "near"),
    [
        ("2.5.0", (3, 11), "2.12.1"),
        ("2.5.0", (3, 12), "2.16.2"),
        ("2.15.1", (3, 13), "2.20.0"),
        ("2.15.1", (3, 14), None),
    ],
)
def test_the_nearest_tensorflow(version: str, python: tuple[int, int], near: str | None) -> None:
    found = nearest_for(version, python)
    assert (str(found.version) if found else None) == near


def test_a_release_is_found_by_its_series_too() -> None:
    found = release("2.15")
    assert found is not None
    assert str(found.version) == "2.15.0"
    assert release("2.99") is None
    assert release("nonsense") is None


def test_what_the_facts_say_of_it() -> None:
    wants = {str(entry.version): entry for entry in table()}
    numpy = wants["2.15.1"].wants("numpy")
    assert numpy is not None
    assert not numpy.contains("2.0.0")
    assert wants["2.12.0"].wants("typing-extensions") is not None
    assert wants["2.20.0"].wants("keras") is not None


def test_first_releases_rise_with_the_python() -> None:
    for name, entries in firsts().items():
        ready = [entry.ready for _, entry in sorted(entries.items()) if entry.ready is not None]
        assert ready == sorted(ready) or name == "scikit-image", name
