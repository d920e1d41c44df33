"""docs/tutorial.md: its code is the examples', its reports are real, and its site answers."""

import argparse
import json
import os
import re
import shlex
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.docs.fences import ROOT, Fence, fences
from wherry.bundle import open_bundle
from wherry.cli import causes, doctor, inspect, rehearse, shrink

PAGE = ROOT / "docs" / "tutorial.md"
REPORTS = ROOT / "docs" / "tutorial"
SITES = ROOT / "examples" / "tutorial"
WORDS_OF_A_GAP = "..."
CODE = ("python", "procfile")


def of_page(*languages: str) -> list[Fence]:
    return [fence for name in languages for fence in fences(name) if fence.document == PAGE]


def lines(text: str) -> list[str]:
    return [" ".join(line.split()) for line in text.splitlines() if line.strip()]


@pytest.mark.parametrize("fence", of_page("text"), ids=str)
def test_what_is_shown_of_a_report_was_really_printed(fence: Fence) -> None:
    """All lines of one block come from one report, in its order."""
    shown = [line for line in lines(fence.text) if line != WORDS_OF_A_GAP]
    reports = [lines(path.read_text()) for path in sorted(REPORTS.glob("*.txt"))]
    assert any(_in_order(shown, report) for report in reports)


def _in_order(shown: list[str], report: list[str]) -> bool:
    rest = iter(report)
    return all(line in rest for line in shown)


@pytest.mark.parametrize("fence", of_page(*CODE), ids=str)
def test_code_is_that_of_the_examples(fence: Fence) -> None:
    texts = [
        lines(path.read_text())
        for path in SITES.rglob("*")
        if path.suffix in (".py", ".txt") or path.name in ("Procfile", ".python-version")
    ]
    assert any(_in_order(lines(fence.text), text) for text in texts)


def test_commands_are_understood() -> None:
    asked = [
        shlex.split(line)[1:]
        for fence in of_page("sh")
        for line in fence.text.replace("\\\n", "").splitlines()
        if line.startswith("wherry ")
    ]
    assert sum(words[0] == "rehearse" for words in asked) >= 3
    parser = argparse.ArgumentParser()
    verbs = parser.add_subparsers(required=True)
    for module in (causes, doctor, inspect, rehearse, shrink):
        module.add(verbs)
    for words in asked:
        parser.parse_args(words)


def test_pictures_are_small() -> None:
    shown = re.findall(r"!\[[^\]]+\]\(([^)]+\.png)\)", PAGE.read_text())
    assert shown
    for name in shown:
        assert (PAGE.parent / name).stat().st_size < 150_000


ASK = """
import json, sys
import django
django.setup()
from django.test import Client
requests = [json.loads(line) for line in sys.stdin if line.startswith("{")]
client = Client(SERVER_NAME="localhost")
answers = [client.post(one["path"], one["json"], "application/json") for one in requests]
page = client.get("/").status_code
print(json.dumps([*([answer.status_code, answer.json()] for answer in answers), page]))
"""


def test_the_site_at_the_end_answers(tmp_path: Path) -> None:
    """The requests of the tutorial: a five, and a picture with a row missing."""
    site = tmp_path / "site"
    shutil.copytree(SITES / "after", site)
    done = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", ASK],
        cwd=site,
        input=(site / "requests.txt").read_text(),
        env={**os.environ, "DJANGO_SETTINGS_MODULE": "mysite.settings", "PYTHONPATH": str(site)},
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    assert done.returncode == 0, done.stderr
    (status, answer), (refused, error), page = json.loads(done.stdout.splitlines()[-1])
    (scores,) = answer["predictions"]
    assert (status, max(range(10), key=scores.__getitem__)) == (200, 5)
    assert refused == 400
    assert "error" in error
    assert page == 200


def test_the_model_is_the_one_that_was_trained() -> None:
    bundle = open_bundle(SITES / "after" / "models" / "digits")
    assert bundle.origin["file"] == "digits.keras"
