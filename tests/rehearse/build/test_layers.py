"""What is kept from build to build, and when it is not used."""

import os
import time
from pathlib import Path
from typing import Any

import pytest

from wherry.rehearse.build.layers import Layers, key_of, sweep


def _write(text: str) -> Any:
    def write(path: Path) -> dict[str, Any]:
        path.write_text(text)
        return {"text": text}

    return write


def test_what_is_saved_is_found(tmp_path: Path) -> None:
    layers = Layers(tmp_path)
    layers.save("key", _write("hello"))
    found = layers.find("key")
    assert found is not None
    assert found.archive.read_text() == "hello"
    assert found.notes == {"text": "hello"}
    assert layers.find("other") is None


def test_saving_again_replaces(tmp_path: Path) -> None:
    layers = Layers(tmp_path)
    layers.save("key", _write("old"))
    layers.save("key", _write("new"))
    found = layers.find("key")
    assert found is not None
    assert found.archive.read_text() == "new"
    assert [path.name for path in tmp_path.iterdir()] == ["key"]


@pytest.mark.parametrize("damage", ["changed", "cut", "gone", "no notes", "odd notes"])
def test_what_is_broken_is_not_found(tmp_path: Path, damage: str) -> None:
    layers = Layers(tmp_path)
    layer = layers.save("key", _write("hello"))
    notes = layer.archive.with_name("layer.json")
    match damage:
        case "changed":
            layer.archive.write_text("hellp")
        case "cut":
            layer.archive.write_text("hel")
        case "gone":
            layer.archive.unlink()
        case "no notes":
            notes.unlink()
        case _:
            notes.write_text('{"made_at": 1, "sha256": 5, "notes": []}')
    assert layers.find("key") is None
    layers.save("key", _write("again"))
    assert layers.find("key") is not None


def test_a_failure_leaves_nothing(tmp_path: Path) -> None:
    def write(path: Path) -> dict[str, Any]:
        path.write_text("half")
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        Layers(tmp_path).save("key", write)
    assert list(tmp_path.iterdir()) == []


def test_an_old_one_is_not_used_where_age_counts(tmp_path: Path) -> None:
    layers = Layers(tmp_path)
    layers.save("key", _write("hello"))
    assert layers.find("key", oldest_s=3600) is not None
    assert layers.find("key", oldest_s=0) is None
    assert layers.find("key") is not None


def test_only_some_are_kept(tmp_path: Path) -> None:
    layers = Layers(tmp_path, kept=2)
    for number in range(3):
        layers.save(str(number), _write("x"))
        then = time.time() - 100 + number
        os.utime(tmp_path / str(number), (then, then))
    layers.save("new", _write("x"))
    assert sorted(path.name for path in tmp_path.iterdir()) == ["2", "new"]


def test_keys_tell_apart(tmp_path: Path) -> None:
    assert key_of("a", ["b"]) == key_of("a", ["b"])
    assert len({key_of("a", "b"), key_of("ab"), key_of(["a", "b"]), key_of("a", {"b": 1})}) == 4
    assert key_of(tmp_path) == key_of(str(tmp_path))


def test_remains_of_killed_processes_go(tmp_path: Path) -> None:
    (tmp_path / "making-x-pid999999999").mkdir()
    (tmp_path / f"making-y-pid{os.getpid()}").mkdir()
    (tmp_path / "tool-1.0").mkdir()
    sweep(tmp_path)
    left = {path.name for path in tmp_path.iterdir()}
    assert left == {f"making-y-pid{os.getpid()}", "tool-1.0"}
