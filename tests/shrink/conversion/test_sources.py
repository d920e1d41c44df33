import pytest

from tests.shrink.conversion.inspections import keras_file
from wherry.shrink.conversion import sources
from wherry.shrink.conversion.environments import Environment, NoPython, NothingFits
from wherry.shrink.conversion.releases import (
    converter,
    release_of,
    releases,
    version_of,
)
from wherry.shrink.conversion.sources import source_environment, wanted

_HERE = Environment("", __file__, {"tensorflow-cpu": "2.15.1", "keras": "2.15.0"})  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("written", "first", "last"),
    [
        ("2.2.4-tf", "tensorflow-2.3", "tf-keras-2.21"),
        ("2.4.0", "tensorflow-2.4", "tf-keras-2.21"),
        ("2.8.0", "tensorflow-2.8", "tf-keras-2.21"),
        ("2.15.0", "tensorflow-2.15", "tf-keras-2.21"),
        ("3.3.3", "tensorflow-2.16-keras-3.3.3", "tensorflow-2.21"),
        ("3.5.0", "tensorflow-2.17-keras-3.5.0", "tensorflow-2.21"),
        ("3.8.0", "tensorflow-2.18-keras-3.8.0", "tensorflow-2.21"),
        ("3.99.0", "tensorflow-2.21-keras-3.99.0", "tensorflow-2.21"),
        ("3.6.0.dev2024", "tensorflow-2.18", "tensorflow-2.21"),
        ("1.2.2", "keras-1.15", "keras-1.15"),
        ("", "tensorflow-2.3", "tf-keras-2.21"),
    ],
)
def test_the_writer_comes_first_and_the_newest_of_its_generation_last(
    written: str, first: str, last: str
) -> None:
    names = [each.name for each in wanted(keras_file(written))]

    assert (names[0], names[-1]) == (first, last)
    assert len(set(names)) == len(names)


def test_keras_2_files_never_meet_keras_3() -> None:
    for each in wanted(keras_file("2.4.0")):
        if each.keras == "tensorflow.keras":
            version = version_of(each.requirements[0].partition("==")[2])
            assert version < (2, 16)
        else:
            assert each.keras == "tf_keras"


def test_releases_are_in_order_and_each_has_pythons() -> None:
    numbers = [version_of(release.tensorflow) for release in releases()]

    assert numbers == sorted(numbers)
    assert [release.keras for release in releases()] == sorted(r.keras for r in releases())
    for release in releases():
        assert release.pythons
        assert release.requirements[0].endswith(f"=={release.tensorflow}")
    assert converter().tensorflow == releases()[-1].tensorflow


@pytest.mark.parametrize(
    ("asked", "found"), [("2.4.1", "2.4.4"), ("2.15.0-rc1", "2.15.1"), ("2.99.0", None)]
)
def test_a_release_by_its_minor_version(asked: str, found: str | None) -> None:
    release = release_of(asked)

    assert (release and release.tensorflow) == found


@pytest.mark.parametrize("missing", [NoPython, NothingFits])
def test_where_the_writer_is_not_to_be_had_the_next_is_taken_and_said(
    missing: type[Exception], monkeypatch: pytest.MonkeyPatch
) -> None:
    tried: list[str] = []

    def make(name: str, *_: object, **__: object) -> Environment:
        tried.append(name)
        if len(tried) == 1:
            raise missing("There is no Python 3.8.")
        return _HERE

    monkeypatch.setattr(sources, "make", make)
    monkeypatch.setattr(sources, "find_python", lambda minor: __file__ if minor == "3.11" else None)

    source = source_environment(keras_file("2.4.0"))

    # 2.5 to 2.11 have no wheels for the one Python that is here.
    assert tried == ["tensorflow-2.4", "tensorflow-2.12"]
    assert source.note == (
        "Loaded with tensorflow-2.12, and not with the Keras 2.4.0 that wrote it: "
        "There is no Python 3.8."
    )


def test_the_writer_itself_needs_no_note(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sources, "make", lambda *_, **__: _HERE)

    source = source_environment(keras_file("2.15.0"))

    assert source.note is None
    assert source.name == "Keras 2.15.0"


def test_where_nothing_is_to_be_had_the_first_reason_is_given(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def make(name: str, *_: object, **__: object) -> Environment:
        raise NoPython(f"No {name}.")

    monkeypatch.setattr(sources, "make", make)

    with pytest.raises(NoPython, match=r"No tensorflow-2\.8\."):
        source_environment(keras_file("2.8.0"))
