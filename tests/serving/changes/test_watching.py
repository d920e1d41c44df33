"""Changed folders: whole and at rest, once each."""

import shutil
from pathlib import Path

import pytest

from tests import zoo
from wherry.serving.changes import watching
from wherry.serving.changes.watching import REST_S, FolderWatch, stamp
from wherry.serving.packing import pack


class Clock:
    """Time that a test decides."""

    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


def bundle(folder: Path, version: str, *, seed: int = 0) -> Path:
    model = zoo.dense(folder.parent / f"{folder.name}.onnx", seed=seed)
    pack(model, folder, version=version)
    model.unlink()
    return folder


def looks(watch: FolderWatch, clock: Clock, times: int) -> list[bool]:
    """Look so often, a rest apart."""
    found = []
    for _ in range(times):
        clock.now += REST_S
        found.append(watch.look())
    return found


def test_folder_that_stays_as_it_is_is_left_alone(tmp_path: Path, clock: Clock) -> None:
    """For ever."""
    watch = FolderWatch(bundle(tmp_path / "m", "1"), clock)
    assert looks(watch, clock, 5) == [False] * 5


def test_replaced_folder_is_seen_once(tmp_path: Path, clock: Clock) -> None:
    """By a rename, as it should be."""
    place = bundle(tmp_path / "m", "1")
    watch = FolderWatch(place, clock)
    other = bundle(tmp_path / "other", "2")
    place.rename(tmp_path / "old")
    other.rename(place)
    assert looks(watch, clock, 4) == [False, True, False, False]


def test_folder_that_is_being_written_is_left_alone_until_it_rests(
    tmp_path: Path, clock: Clock
) -> None:
    """Who copies file by file is waited for."""
    place = bundle(tmp_path / "m", "1")
    watch = FolderWatch(place, clock)
    for size in (10, 1000, 5000):
        (place / "dense.onnx").write_bytes(b"x" * size)
        assert looks(watch, clock, 1) == [False]
    assert looks(watch, clock, 2) == [True, False]


def test_looks_that_come_too_soon_say_nothing(tmp_path: Path, clock: Clock) -> None:
    """Rest is a matter of time and not of looks."""
    place = bundle(tmp_path / "m", "1")
    watch = FolderWatch(place, clock)
    (place / "wherry.json").touch()
    for _ in range(5):
        clock.now += REST_S / 10
        assert not watch.look()
    clock.now += REST_S
    assert watch.look()


def test_deleted_folder_is_no_new_model(tmp_path: Path, clock: Clock) -> None:
    """Nor is the same one when it is back; another one is."""
    place = bundle(tmp_path / "m", "1")
    watch = FolderWatch(place, clock)
    place.rename(tmp_path / "away")
    assert looks(watch, clock, 3) == [False] * 3
    (tmp_path / "away").rename(place)
    assert looks(watch, clock, 3) == [False] * 3
    shutil.rmtree(place)
    bundle(place, "2", seed=1)
    assert looks(watch, clock, 3) == [False, True, False]


def test_new_number_in_a_folder_of_versions_is_seen(tmp_path: Path, clock: Clock) -> None:
    """Under its own name only when it is whole, as TensorFlow Serving has it."""
    root = tmp_path / "digits"
    bundle(root / "1", "1")
    watch = FolderWatch(root, clock)
    bundle(root / "2.part", "2")
    assert looks(watch, clock, 2) == [False, False]
    (root / "2.part").rename(root / "2")
    assert looks(watch, clock, 3) == [False, True, False]


def test_bare_model_that_is_replaced_is_seen(tmp_path: Path, clock: Clock) -> None:
    """It is one file."""
    place = zoo.dense(tmp_path / "m.onnx")
    watch = FolderWatch(place, clock)
    zoo.dense(tmp_path / "n.onnx", seed=1).rename(place)
    assert looks(watch, clock, 3) == [False, True, False]


def test_wrong_folder_is_not_walked_for_ever(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Somebody may have named his home."""
    monkeypatch.setattr(watching, "MAX_FILES", 10)
    for number in range(12):
        (tmp_path / f"file-{number}").write_text("")
    assert stamp(tmp_path) is None
