"""The page about the verb: its commands work, and it tells of every option."""

import re
import shlex
from pathlib import Path

import pytest

from tests.docs.fences import ROOT, Fence, commands
from tests.explain.test_forms import CRASH
from wherry.cli import main

PAGE = ROOT / "docs" / "explain.md"
SHOWN = [fence for fence in commands() if fence.document == PAGE]


@pytest.mark.parametrize("command", SHOWN, ids=str)
def test_command_works(command: Fence, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "web.log").write_text(CRASH)
    monkeypatch.chdir(tmp_path)
    assert main(shlex.split(command.text)[1:]) == 1


def test_every_option_is_on_the_page(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        main(["explain", "--help"])
    options = set(re.findall(r"--[a-z-]+", capsys.readouterr().out)) - {"--help"}
    assert {option for option in options if option not in PAGE.read_text()} == set()
