"""Folders of versions, and what is none."""

from pathlib import Path

import pytest

from tests import zoo
from tests.pitch import ONNX
from wherry.serving.packing import pack
from wherry.serving.version_folder import locate, versions_in


def test_newest_number_is_meant(tmp_path: Path) -> None:
    """By number and not by spelling."""
    for name in ("1", "9", "10"):
        (tmp_path / name).mkdir()
    assert locate(tmp_path).path == tmp_path / "10"
    assert locate(tmp_path).version == "10"


@pytest.mark.parametrize("name", ["2.part", ".3", "v4", "-5", "latest"])
def test_folders_of_other_names_are_left_alone(tmp_path: Path, name: str) -> None:
    """One that is being copied under another name is no version yet."""
    (tmp_path / "1").mkdir()
    (tmp_path / name).mkdir()
    assert set(versions_in(tmp_path)) == {"1"}


def test_bundle_is_no_folder_of_versions(tmp_path: Path) -> None:
    """Whatever else lies in it."""
    pack(ONNX, tmp_path / "pitch")
    (tmp_path / "pitch" / "7").mkdir()
    assert versions_in(tmp_path / "pitch") == {}
    assert locate(tmp_path / "pitch").version is None


def test_file_and_nothing_are_themselves(tmp_path: Path) -> None:
    """What is wrong with them is said when they are opened."""
    model = zoo.dense(tmp_path / "d.onnx")
    assert locate(model).path == model
    assert locate(tmp_path / "none").path == tmp_path / "none"
    (tmp_path / "file-called-like-one").mkdir()
    (tmp_path / "file-called-like-one" / "1").write_text("")
    assert versions_in(tmp_path / "file-called-like-one") == {}
