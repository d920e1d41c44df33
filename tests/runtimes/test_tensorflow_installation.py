"""Where TensorFlow's libraries are looked for."""

import sys
from pathlib import Path
from types import ModuleType

import pytest

from wherry.errors import RuntimeMissing
from wherry.libtensorflow import LIBRARIES, STAMP, LibraryFile, Stamp, check_hashes
from wherry.runtimes.presence import missing
from wherry.runtimes.tensorflow.installation import find


@pytest.fixture(autouse=True)
def _nothing_here(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Start in an empty project, without TensorFlow."""
    monkeypatch.delenv("WHERRY_TENSORFLOW", raising=False)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "path", [str(tmp_path / "site-packages")])


def make(folder: Path, *, stamped: bool = False) -> Path:
    folder.mkdir(parents=True)
    for name in LIBRARIES:
        (folder / name).write_bytes(b"library")
    if stamped:
        digest = "f44b4f5ad8a4ed9eb4df0d5d5f22bb1f4ba0b31ac20ef7b3a7c6e1bd1c2e9e29"
        files = {name: LibraryFile(7, digest) for name in LIBRARIES}
        Stamp("2.21.0", "some.whl", "0" * 64, files).write(folder)
    return folder


def make_installed(tmp_path: Path) -> Path:
    folder = make(tmp_path / "site-packages" / "tensorflow")
    (folder / "__init__.py").write_text("raise SystemExit('TensorFlow was imported')")
    return folder


def test_nothing_found_says_both_ways_to_get_it() -> None:
    """The system check says the same."""
    with pytest.raises(RuntimeMissing, match=r"`wherry tensorflow fetch`.* or install") as caught:
        find()
    assert missing("tensorflow") == str(caught.value)


def test_installed_wheel_is_found_without_being_run(tmp_path: Path) -> None:
    """Its __init__ would end this process."""
    folder = make_installed(tmp_path)
    assert find() == folder
    assert "tensorflow" not in sys.modules
    assert missing("tensorflow") is None


def test_fetched_folder_goes_before_an_installed_wheel(tmp_path: Path) -> None:
    """It was made for this project."""
    make_installed(tmp_path)
    fetched = make(tmp_path / ".wherry" / "tensorflow", stamped=True)
    assert find() == fetched


def test_named_folder_goes_before_all(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A relative name counts from the working directory."""
    make_installed(tmp_path)
    make(tmp_path / ".wherry" / "tensorflow", stamped=True)
    named = make(tmp_path / "mine")
    monkeypatch.setenv("WHERRY_TENSORFLOW", "mine")
    assert find() == named


def test_tensorflow_that_is_imported_already_goes_before_all(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Somebody's view imports it: a second version in the process would crash it."""
    folder = make_installed(tmp_path)
    monkeypatch.setenv("WHERRY_TENSORFLOW", str(make(tmp_path / "mine")))
    monkeypatch.setitem(sys.modules, "tensorflow", ModuleType("tensorflow"))
    assert find() == folder


def test_named_folder_that_is_not_there_is_not_passed_over(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A wrong setting is said, not worked around."""
    make_installed(tmp_path)
    monkeypatch.setenv("WHERRY_TENSORFLOW", "/no/such/folder")
    with pytest.raises(RuntimeMissing, match="WHERRY_TENSORFLOW names /no/such/folder"):
        find()


def test_cut_short_library_is_noticed_by_its_size(tmp_path: Path) -> None:
    """A slug or an image copied in part."""
    folder = make(tmp_path / ".wherry" / "tensorflow", stamped=True)
    (folder / LIBRARIES[0]).write_bytes(b"lib")
    with pytest.raises(RuntimeMissing, match=r"has 3 bytes where 7 were written\. Run `wherry"):
        find()


def test_changed_library_is_noticed_by_its_hash(tmp_path: Path) -> None:
    """Equal in size: only the full check reads every byte."""
    folder = make(tmp_path / ".wherry" / "tensorflow", stamped=True)
    (folder / LIBRARIES[0]).write_bytes(b"changed")
    assert find() == folder
    with pytest.raises(RuntimeMissing, match="has changed since it was made"):
        check_hashes(folder)


@pytest.mark.parametrize("content", ["", "[]", '{"version": 1}', '{"files": 3}', "\x00"])
def test_damaged_stamp_is_a_sentence(content: str, tmp_path: Path) -> None:
    """Whatever was written over it."""
    folder = make(tmp_path / ".wherry" / "tensorflow", stamped=True)
    (folder / STAMP).write_text(content)
    with pytest.raises(RuntimeMissing, match=f"{STAMP} cannot be read"):
        find()


def test_old_tensorflow_without_the_library_is_said(tmp_path: Path) -> None:
    """Wheels before 2.12.1 hold Python extensions only."""
    folder = make_installed(tmp_path)
    (folder / LIBRARIES[0]).unlink()
    with pytest.raises(RuntimeMissing, match=r"2\.12\.1 and later have it"):
        find()


@pytest.mark.parametrize("name", LIBRARIES)
def test_missing_library_in_a_fetched_folder_is_said(name: str, tmp_path: Path) -> None:
    """Either of the two."""
    folder = make(tmp_path / ".wherry" / "tensorflow", stamped=True)
    (folder / name).unlink()
    with pytest.raises(RuntimeMissing, match=f"holds no {name}"):
        find()


def test_other_systems_are_told_what_works_there(monkeypatch: pytest.MonkeyPatch) -> None:
    """macOS and Windows have no such libraries in their wheels."""
    monkeypatch.setattr(sys, "platform", "darwin")
    with pytest.raises(RuntimeMissing, match="on Linux only"):
        find()
