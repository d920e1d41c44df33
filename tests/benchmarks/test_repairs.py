"""A repaired project is installed, collected and booted, and what does not boot is told."""

import sys
from collections.abc import Mapping
from pathlib import Path

import pytest
from benchmarks.diagnosis import repairs
from benchmarks.diagnosis.commands import clean, complaint
from benchmarks.diagnosis.hosting import Asked, NotServed, first_status, refused
from benchmarks.diagnosis.repairs import Repair

from tests.cases.projects.cases import read_case
from wherry.project.project import read_project

ASKED = Asked("/", "example.herokuapp.com")
SERVER = """
import os
from http.server import BaseHTTPRequestHandler, HTTPServer


class Handler(BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response({status})
        self.send_header("Location", "https://" + self.headers["Host"] + "{place}")
        self.send_header("Content-Length", "0")
        self.end_headers()


HTTPServer(("127.0.0.1", int(os.environ["PORT"])), Handler).serve_forever()
"""


def test_the_whole_chain_on_a_light_project(tmp_path: Path) -> None:
    """A list in UTF-16, and a key that everybody can read: fixed, installed, collected, asked."""
    repair = repairs.examine(read_case("student-marks"), tmp_path)
    assert (repair.installed, repair.collected, repair.status) == (True, "yes", 200), repair
    assert repair.holds
    assert repair.missing == ()
    # The next one with these requirements installs nothing.
    (kept,) = (tmp_path / "environments").iterdir()
    assert (kept / "complete.json").is_file()


def served(folder: Path, source: str) -> int:
    """Return the first answer of a project that is one script."""
    (folder / "serve.py").write_text(source)
    (folder / "Procfile").write_text(f"web: {sys.executable} serve.py\n")
    return first_status(read_project(folder), "heroku", ASKED, clean(), folder / "log.txt")


@pytest.mark.parametrize(
    ("status", "failed"), [(200, False), (302, False), (400, True), (404, True), (500, True)]
)
def test_the_first_answer(tmp_path: Path, status: int, failed: bool) -> None:
    source = SERVER.format(status=status, place="/elsewhere/")
    assert served(tmp_path, source) == status
    assert refused(status) is failed


@pytest.mark.parametrize(
    ("source", "words"),
    [
        ("import nothing_of_that_name", "No module named 'nothing_of_that_name'"),
        (SERVER.format(status=301, place="/"), "redirects to itself"),
    ],
)
def test_what_does_not_boot_is_told(tmp_path: Path, source: str, words: str) -> None:
    with pytest.raises(NotServed, match=words):
        served(tmp_path, source)


def test_a_project_that_starts_nothing(tmp_path: Path) -> None:
    (tmp_path / "shop.py").write_text("")
    with pytest.raises(NotServed, match="nothing says"):
        first_status(read_project(tmp_path), "heroku", ASKED, clean(), tmp_path / "log.txt")


def test_the_table_counts_what_holds() -> None:
    good = Repair("good", ("one",), "3.12", installed=True, collected="yes", status=200)
    bad = Repair("bad", (), "3.12", installed=True, collected="yes", status=500, why="a reason")
    lines = list(repairs.table([good, bad]))
    assert "a reason" in lines[2]
    assert lines[-1].startswith("1 of 2 repaired projects")


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        ("Traceback:\nImportError: no cv2\n[1] [ERROR] Worker failed", "ImportError: no cv2"),
        ("ERROR: No matching distribution\n[notice] A new pip", "ERROR: No matching distribution"),
        ("killed", "killed"),
        ("", ""),
    ],
)
def test_the_line_that_says_why(said: str, expected: str) -> None:
    assert complaint(said) == expected


def test_what_the_developer_has_set_is_not_the_hosts(monkeypatch: pytest.MonkeyPatch) -> None:
    ours: Mapping[str, str] = {"PIP_FIND_LINKS": "/wheels", "DJANGO_SETTINGS_MODULE": "mine"}
    for name, value in ours.items():
        monkeypatch.setenv(name, value)
    assert not ours.keys() & clean().keys()
