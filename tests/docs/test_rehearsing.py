"""The commands of the page about rehearsals, in a project of three files."""

import argparse
import re
import shlex
import subprocess
import sys
from pathlib import Path

import pytest

from tests.docs.fences import ROOT, Fence, commands, fences
from wherry.cli import main, rehearse
from wherry.rehearse.rehearsal import Outcome

PAGE = ROOT / "docs" / "rehearse.md"
SHOWN = [
    fence
    for fence in commands()
    if fence.document == PAGE and fence.text.startswith("wherry rehearse")
]
# These need a database, a file of requests, or minutes.
ONLY_SHOWN = [
    line
    for language in ("sh", "yaml")
    for fence in fences(language)
    if fence.document == PAGE
    for line in re.findall(r"wherry rehearse.*", fence.text)
]


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A reader's project, which needs nothing but Python."""
    root = tmp_path_factory.mktemp("reader")
    (root / "requirements.txt").write_text("")
    (root / ".python-version").write_text(f"{sys.version_info.major}.{sys.version_info.minor}\n")
    (root / "Procfile").write_text("web: python -m http.server $PORT\n")
    (root / "index.html").write_text("hello\n")
    for arguments in (
        ("init", "--initial-branch", "main"),
        ("add", "--all"),
        ("-c", "user.name=x", "-c", "user.email=x@example.com", "commit", "--message", "first"),
    ):
        subprocess.run(["git", *arguments], cwd=root, check=True, capture_output=True)
    return root


@pytest.mark.skipif(sys.platform != "linux", reason="limits are Linux's")
@pytest.mark.parametrize("command", SHOWN, ids=str)
def test_command_says_that_it_would_run(
    command: Fence,
    project: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.chdir(project)
    assert main(shlex.split(command.text)[1:]) == 0
    assert capsys.readouterr().out.splitlines()[-1].endswith(": would run")
    for name in re.findall(r"--html (\S+)", command.text):
        assert "would run" in (project / name).read_text()


@pytest.mark.parametrize("line", ONLY_SHOWN)
def test_the_others_are_understood(line: str) -> None:
    parser = argparse.ArgumentParser()
    rehearse.add(parser.add_subparsers(required=True))
    parser.parse_args(shlex.split(line)[1:])


def test_every_option_is_on_the_page(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        main(["rehearse", "--help"])
    options = set(re.findall(r"--[a-z-]+", capsys.readouterr().out)) - {"--help"}
    page = PAGE.read_text()
    assert {option for option in options if option not in page} == set()


def test_every_verdict_is_on_the_page() -> None:
    page = PAGE.read_text()
    early = {Outcome.BUILDS, Outcome.PUSHES, Outcome.BOOTS}
    assert all(f"`{outcome.value}" in page for outcome in set(Outcome) - early)
