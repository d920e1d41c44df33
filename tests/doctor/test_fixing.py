"""Fixes are written whole, inside of the folder, or not at all."""

from pathlib import Path

import pytest

from tests.doctor.trees import tree
from wherry.doctor.fixing import Refused, apply, difference, plan
from wherry.doctor.rule import found
from wherry.findings import Change, Finding, Fix


def fixable(*changes: Change, safe: bool = True) -> Finding:
    return found("allowed-hosts", fix=Fix("Mend it.", changes, safe=safe))


def test_a_new_file_an_edited_and_one_that_goes(tmp_path: Path) -> None:
    tree(tmp_path, {"a.txt": "one\n", "b.txt": "two\n"})
    apply(
        tmp_path,
        [
            Change("a.txt", "one\n", "ONE\n"),
            Change("b.txt", "two\n", None),
            Change("new/c.txt", None, "three\n"),
        ],
    )
    assert {
        path.relative_to(tmp_path).as_posix(): path.read_text() for path in tmp_path.rglob("*.txt")
    } == {"a.txt": "ONE\n", "new/c.txt": "three\n"}


def test_nothing_else_is_left_behind(tmp_path: Path) -> None:
    apply(tmp_path, [Change("Procfile", None, "web: gunicorn shop.wsgi\n")])
    assert [path.name for path in tmp_path.iterdir()] == ["Procfile"]


def test_mode_and_line_ends_stay(tmp_path: Path) -> None:
    tree(tmp_path, {"start.sh": "#!/bin/sh\r\n"})
    (tmp_path / "start.sh").chmod(0o755)
    apply(tmp_path, [Change("start.sh", "#!/bin/sh\r\n", "#!/bin/sh\r\nexit\r\n")])
    assert (tmp_path / "start.sh").read_bytes() == b"#!/bin/sh\r\nexit\r\n"
    assert (tmp_path / "start.sh").stat().st_mode & 0o777 == 0o755


@pytest.mark.parametrize("encoding", ["utf-16", "utf-8-sig", "utf-16-le"])
def test_what_was_in_another_encoding_is_utf8_then(tmp_path: Path, encoding: str) -> None:
    text = "Django==5.2\nnumpy==2.1.0\n"
    (tmp_path / "requirements.txt").write_bytes(text.encode(encoding))
    change = Change("requirements.txt", text, text)
    assert "written as UTF-8" in difference(change)
    apply(tmp_path, [change])
    assert (tmp_path / "requirements.txt").read_bytes() == text.encode()


def test_code_in_latin_1_stays_so(tmp_path: Path) -> None:
    """It says so itself, in its first line, and would not be read otherwise."""
    code = "# coding: latin-1\nname = 'Zoë'\n"
    (tmp_path / "s.py").write_bytes(code.encode("latin-1"))
    apply(tmp_path, [Change("s.py", code, code + "x = 1\n")])
    assert (tmp_path / "s.py").read_bytes() == (code + "x = 1\n").encode("latin-1")


@pytest.mark.parametrize(
    "path", ["../a.txt", "a/../../b.txt", "/etc/hosts", "", "..", ".git/config", "a\\..\\b"]
)
def test_nothing_outside_is_touched(tmp_path: Path, path: str) -> None:
    inside = tmp_path / "project"
    inside.mkdir()
    with pytest.raises(Refused, match="nothing was changed"):
        apply(inside, [Change("first.txt", None, "x\n"), Change(path, None, "x\n")])
    assert [place.name for place in tmp_path.rglob("*")] == ["project"]


def test_links_are_not_followed(tmp_path: Path) -> None:
    outside = tree(tmp_path / "outside", {"a.txt": "one\n"})
    inside = tree(tmp_path / "project", {"b.txt": "two\n"})
    (inside / "a.txt").symlink_to(outside / "a.txt")
    (inside / "folder").symlink_to(outside)
    for path in ("a.txt", "folder/a.txt"):
        with pytest.raises(Refused, match="symbolic link"):
            apply(inside, [Change("b.txt", "two\n", "TWO\n"), Change(path, "one\n", "ONE\n")])
    assert (outside / "a.txt").read_text() == "one\n"
    assert (inside / "b.txt").read_text() == "two\n"


def test_a_folder_in_the_way(tmp_path: Path) -> None:
    (tmp_path / "Procfile").mkdir()
    with pytest.raises(Refused, match="is no file"):
        apply(tmp_path, [Change("Procfile", None, "web: x\n")])


@pytest.mark.parametrize("before", ["two\n", None])
def test_a_file_that_is_no_longer_what_it_was(tmp_path: Path, before: str | None) -> None:
    tree(tmp_path, {"a.txt": "one\n"})
    with pytest.raises(Refused, match="was changed while Wherry looked"):
        apply(tmp_path, [Change("a.txt", before, "three\n")])
    assert (tmp_path / "a.txt").read_text() == "one\n"


def test_a_file_where_a_folder_is_to_be(tmp_path: Path) -> None:
    tree(tmp_path, {"a": "x\n"})
    with pytest.raises(Refused, match=r"a/b.txt cannot be written: .*\. Written before it: c.txt"):
        apply(tmp_path, [Change("c.txt", None, "x\n"), Change("a/b.txt", None, "x\n")])


def test_unsafe_ones_are_left_out_and_told() -> None:
    safe, unsafe = fixable(Change("a", None, "1\n")), fixable(Change("b", None, "2\n"), safe=False)
    now = plan([safe, unsafe], unsafe=False)
    assert (now.fixes, now.unsafe) == ((safe.fix,), (unsafe.fix,))
    assert plan([safe, unsafe], unsafe=True).fixes == (safe.fix, unsafe.fix)


def test_one_fix_of_two_findings_is_made_once() -> None:
    finding = fixable(Change("a", None, "1\n"))
    assert len(plan([finding, finding], unsafe=False).fixes) == 1


def test_a_fix_of_several_files_goes_before_a_part_of_it() -> None:
    part = fixable(Change(".python-version", None, "3.13\n"))
    whole = fixable(Change(".python-version", None, "3.12\n"), Change("r.txt", "a\n", "b\n"))
    now = plan([part, whole], unsafe=False)
    assert now.fixes == (whole.fix,)
    assert now.waiting == (part.fix,)


def test_nothing_to_mend_is_no_plan() -> None:
    assert plan([found("allowed-hosts")], unsafe=True).changes == ()


def test_the_diff_can_be_read() -> None:
    now = plan([fixable(Change("Procfile", None, "web: gunicorn shop.wsgi\n"))], unsafe=False)
    assert now.diff() == (
        "--- /dev/null\n+++ b/Procfile\n@@ -0,0 +1 @@\n+web: gunicorn shop.wsgi\n"
    )
