"""What was known before is not told again, wherever it has moved to."""

from collections import Counter
from pathlib import Path

import pytest

from wherry.doctor.baseline import fingerprint, read_baseline, write_baseline
from wherry.doctor.rule import found
from wherry.doctor.silencing import without_known
from wherry.errors import ConfigurationError
from wherry.findings import FileSpan, Finding


def debug(line: int, quote: str = "DEBUG = True", path: str = "s.py") -> Finding:
    return found("debug-true", FileSpan(path, line, quote=quote))


def known(path: Path, *findings: Finding) -> Counter[str]:
    write_baseline(path / "known.json", findings)
    return read_baseline(path / "known.json")


def test_a_known_finding_is_left_out(tmp_path: Path) -> None:
    heard = without_known([debug(3)], known(tmp_path, debug(3)))
    assert heard.findings == ()
    assert heard.places == 1


def test_it_is_known_again_further_down(tmp_path: Path) -> None:
    assert not without_known([debug(30)], known(tmp_path, debug(3))).findings


@pytest.mark.parametrize(
    "new",
    [
        debug(3, "DEBUG = 1"),
        debug(3, path="t.py"),
        found("debug-default-true", FileSpan("s.py", 3, quote="DEBUG = True")),
    ],
)
def test_another_one_is_told(tmp_path: Path, new: Finding) -> None:
    assert without_known([new], known(tmp_path, debug(3))).findings == (new,)


def test_a_second_one_that_reads_the_same_is_told(tmp_path: Path) -> None:
    both = found(
        "debug-true", FileSpan("s.py", 3, quote="DEBUG"), FileSpan("s.py", 9, quote="DEBUG")
    )
    (left,) = without_known([both], known(tmp_path, debug(3, "DEBUG"))).findings
    assert left.where == (FileSpan("s.py", 9, quote="DEBUG"),)


def test_what_is_gone_is_counted(tmp_path: Path) -> None:
    counts = known(tmp_path, debug(3), debug(4, "DEBUG = not False"))
    without_known([debug(3)], counts)
    assert counts.total() == 1


def test_a_finding_without_a_place(tmp_path: Path) -> None:
    bare = found("no-web-process")
    assert not without_known([bare], known(tmp_path, bare)).findings


def test_files_as_a_whole_are_told_apart_by_what_is_found_in_them() -> None:
    one = found("pins-not-installable", FileSpan("uv.lock"), values={"pin": "numpy==1.16"})
    other = found("pins-not-installable", FileSpan("uv.lock"), values={"pin": "scipy==1.2"})
    assert fingerprint(one, one.where[0]) != fingerprint(other, other.where[0])


def test_no_secret_is_written_down(tmp_path: Path) -> None:
    """Nor anything that depends on one: whoever guesses it learns nothing from the file."""
    line = FileSpan("s.py", 1, quote="SECRET_KEY = 'hunter2hunter2'")
    same = FileSpan("s.py", 1, quote="SECRET_KEY = 'correct horse'")
    finding = found("secret-key-hard-coded", line)
    write_baseline(tmp_path / "known.json", [finding])
    assert "hunter2" not in (tmp_path / "known.json").read_text()
    assert fingerprint(finding, line) == fingerprint(finding, same)


def test_the_file_is_the_same_for_the_same_findings(tmp_path: Path) -> None:
    write_baseline(tmp_path / "a", [debug(3), debug(4, "x")])
    write_baseline(tmp_path / "b", [debug(9, "x"), debug(3)])
    assert (tmp_path / "a").read_bytes() == (tmp_path / "b").read_bytes()


@pytest.mark.parametrize(
    "text",
    [
        "",
        "[]",
        "{}",
        '{"version": 2, "fingerprints": {}}',
        '{"version": 1, "fingerprints": [1]}',
        '{"version": 1, "fingerprints": {"a": "b"}}',
    ],
)
def test_a_file_that_is_no_baseline(tmp_path: Path, text: str) -> None:
    (tmp_path / "known.json").write_text(text)
    with pytest.raises(ConfigurationError, match="is no baseline of this Wherry"):
        read_baseline(tmp_path / "known.json")


def test_a_file_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match="--write-baseline FILE"):
        read_baseline(tmp_path / "known.json")


def test_a_file_that_cannot_be_written(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match="cannot be written"):
        write_baseline(tmp_path / "nowhere" / "known.json", [])
