"""What a dyno wrote into its tree."""

import os
from pathlib import Path

from wherry.rehearse.dyno import files


def _tree(top: Path) -> None:
    (top / "media").mkdir()
    (top / "app.py").write_text("print()")
    (top / "media/seed.png").write_bytes(b"1")
    (top / "link").symlink_to("app.py")


def test_a_tree_that_nobody_wrote_to_has_no_changes(tmp_path: Path) -> None:
    _tree(tmp_path)
    before = files.take(tmp_path)
    (tmp_path / "app.py").read_text()
    assert files.written(before, tmp_path, "web.1") == []
    assert before.size_bytes >= len("print()") + 1


def test_new_changed_and_removed_files_are_told_with_their_times(tmp_path: Path) -> None:
    _tree(tmp_path)
    before = files.take(tmp_path)
    (tmp_path / "media/photo.jpg").write_bytes(b"x" * 1000)
    with (tmp_path / "app.py").open("a") as file:
        file.write("# more")
    (tmp_path / "media/seed.png").unlink()
    (tmp_path / "link").unlink()
    found = {event.path: event for event in files.written(before, tmp_path, "web.1")}
    assert {path: event.kind for path, event in found.items()} == {
        "media/photo.jpg": "new",
        "app.py": "changed",
        "media/seed.png": "removed",
        "link": "removed",
    }
    assert found["media/photo.jpg"].size_bytes == 1000
    assert all(event.dyno == "web.1" and event.at > 0 for event in found.values())


def test_a_file_written_in_place_is_changed_though_it_is_as_long_and_as_old(
    tmp_path: Path,
) -> None:
    _tree(tmp_path)
    before = files.take(tmp_path)
    path = tmp_path / "app.py"
    times = (path.stat().st_atime_ns, path.stat().st_mtime_ns)
    path.write_text("print(")
    path.write_text("exit()x")
    os.utime(path, ns=times)
    (event,) = files.written(before, tmp_path, "web.1")
    assert (event.path, event.kind) == ("app.py", "changed")


def test_bytecode_is_not_told(tmp_path: Path) -> None:
    _tree(tmp_path)
    before = files.take(tmp_path)
    (tmp_path / "__pycache__").mkdir()
    (tmp_path / "__pycache__/app.cpython-313.pyc").write_bytes(b"0")
    assert files.written(before, tmp_path, "web.1") == []


def test_no_more_files_are_told_than_anyone_would_read(tmp_path: Path) -> None:
    before = files.take(tmp_path)
    for number in range(files.MOST_FILES + 10):
        (tmp_path / f"{number}").touch()
    assert len(files.written(before, tmp_path, "web.1")) == files.MOST_FILES
