"""The commands of the page about the doctor, in a project that lacks almost everything."""

import re
import shlex
import sys
import tomllib
from pathlib import Path

import pytest

from tests.docs.fences import ROOT, Fence, commands, fences
from tests.doctor.sites import BEGINNER
from tests.doctor.trees import tree
from wherry.cli import main
from wherry.doctor.configuration import KEYS, read_configuration

PAGE = ROOT / "docs" / "doctor.md"
SHOWN = [
    fence
    for fence in commands()
    if fence.document == PAGE and fence.text.startswith("wherry doctor")
]


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A reader's project, without a list of requirements: the index has nothing to say of it."""
    root = tmp_path_factory.mktemp("reader")
    files = {name: text for name, text in BEGINNER.items() if name != "requirements.txt"}
    tree(root, {**files, "backend/manage.py": files["manage.py"]})
    (root / ".venv" / "bin").mkdir(parents=True)
    (root / ".venv" / "bin" / "python").symlink_to(sys.executable)
    return root


@pytest.mark.parametrize("command", SHOWN, ids=str)
def test_command_is_understood(
    command: Fence, project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """In the order of the page, each on what the ones before it left; findings are welcome."""
    monkeypatch.chdir(project)
    assert main(shlex.split(command.text)[1:]) in (0, 1)


def test_the_example_of_the_settings_is_one(tmp_path: Path) -> None:
    (text,) = [fence.text for fence in fences("toml") if "[tool.wherry]" in fence.text]
    found = read_configuration(tree(tmp_path, {"pyproject.toml": text}))
    assert found.platform == "heroku:standard-1x"
    assert set(tomllib.loads(text)["tool"]["wherry"]) == set(KEYS)


def test_every_option_is_on_the_page(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        main(["doctor", "--help"])
    options = set(re.findall(r"--[a-z-]+", capsys.readouterr().out)) - {"--help", "--json"}
    page = PAGE.read_text()
    told = {option for option in options if option in page}
    assert options - told <= {"--select", "--ignore"}  # as in pyproject.toml, which is there


def test_the_hook_is_one() -> None:
    (text,) = [fence.text for fence in fences("yaml") if "wherry-doctor" in fence.text]
    hooks = (ROOT / ".pre-commit-hooks.yaml").read_text()
    assert "- id: wherry-doctor" in hooks
    assert "- id: wherry-doctor" in text
    entry = re.search(r"^  entry: wherry (.+)$", hooks, re.MULTILINE)
    assert entry is not None
    assert main([*entry[1].split(), str(ROOT / "examples" / "demo")]) in (0, 1)
