"""How far loading is, and the most memory that it takes."""

import gc
import mmap
from pathlib import Path

import numpy as np

from tests import zoo
from wherry.serving.model import ServedModel
from wherry.serving.options import ModelOptions
from wherry.serving.packing import pack
from wherry.serving.peak import watch_peak
from wherry.serving.progress import MOST_RATIO, Progress, size_of
from wherry.serving.state import State

MIB = 2**20


def fresh(size_mib: int) -> np.ndarray:
    """Return memory that was no part of the heap before, all of it touched."""
    array = np.frombuffer(mmap.mmap(-1, size_mib * MIB, mmap.MAP_PRIVATE), np.uint8)
    array.fill(1)
    return array


def test_checking_is_the_first_half() -> None:
    """Where there is something to check."""
    progress = Progress()
    assert progress.ratio == 0
    progress.begin(1000, checks=True)
    progress.checked(500)
    assert progress.ratio == 0.25
    progress.checked(500)
    assert progress.ratio == 0.5


def test_loading_is_seen_in_resident_memory() -> None:
    """And is not done before somebody says so."""
    gc.collect()  # what other tests have left would go in the midst of it
    progress = Progress()
    progress.begin(64 * MIB, checks=False)
    progress.begin_loading()
    assert progress.ratio < 0.1
    held = fresh(32)
    assert 0.4 < progress.ratio < 0.7
    more = fresh(64)
    assert progress.ratio == MOST_RATIO
    assert held.size + more.size == 96 * MIB


def test_file_larger_than_it_was_is_not_more_than_all() -> None:
    """It may grow while it is read."""
    progress = Progress()
    progress.begin(10, checks=True)
    progress.checked(500)
    assert progress.ratio == 0.5


def test_model_shows_its_progress(tmp_path: Path) -> None:
    """All bytes of the model were checked in the end, which is half of the way."""
    pack(zoo.dense(tmp_path / "d.onnx", (64, 64, 3)), tmp_path / "bundle")
    model = ServedModel("m", ModelOptions(path=tmp_path / "bundle", threads=1))
    assert model.progress.ratio == 0
    model.load()
    assert model.state is State.READY
    (file,) = (tmp_path / "bundle").glob("*.onnx")
    assert model.progress.size_bytes == size_of(file)
    assert model.progress.ratio >= 0.5
    model.close()


def test_peak_is_more_than_what_remains() -> None:
    """What was given back before the end counts."""
    with watch_peak() as peak:
        gone = fresh(64)
        peak.look()
        del gone
    assert peak.grown_bytes > 50 * MIB


def test_peak_of_nothing_is_next_to_nothing() -> None:
    """To look costs no memory worth the name."""
    with watch_peak() as peak:
        pass
    assert peak.grown_bytes < 8 * MIB
