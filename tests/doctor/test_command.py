"""``wherry doctor`` as it is typed: what is printed where, and with which status."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.doctor.trees import tree
from wherry.cli import main

KEY = "SECRET_KEY = 'hunter2hunter2'\n"
SITE = {"manage.py": "import django\n", "shop/settings.py": KEY}
SOUND = {"manage.py": "import django\n", ".python-version": "3.12\n"}

pytestmark = pytest.mark.usefixtures("few_rules")


@pytest.fixture
def site(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    root = tree(tmp_path / "site", SITE)
    monkeypatch.chdir(root)
    return root


def test_findings_are_status_1(site: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["doctor", "--offline"]) == 1
    out, err = capsys.readouterr()
    assert "error WH110" in out
    assert "shop/settings.py:1            | SECRET_KEY = '****'" in out
    assert "1 error and 1 warning." in out
    assert err == ""
    assert site.exists()


def test_nothing_found_is_status_0(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["doctor", "--offline", str(tree(tmp_path, SOUND))]) == 0
    assert "Nothing was found in 2 files" in capsys.readouterr().out


@pytest.mark.usefixtures("site")
@pytest.mark.parametrize(
    ("options", "status"),
    [
        (["--select", "WH601"], 0),
        (["--select", "WH601", "--fail-on", "warning"], 1),
        (["--select", "WH601", "--fail-on", "note"], 1),
        (["--fail-on", "never"], 0),
        (["--ignore", "WH110"], 0),
        (["--select", "WH4"], 0),
    ],
)
def test_what_makes_the_status(options: list[str], status: int) -> None:
    assert main(["doctor", "--offline", *options]) == status


def test_the_project_may_set_the_threshold(site: Path) -> None:
    tree(site, {"pyproject.toml": "[tool.wherry]\nfail-on = 'warning'\nignore = ['WH110']\n"})
    assert main(["doctor", "--offline"]) == 1
    assert main(["doctor", "--offline", "--fail-on", "error"]) == 0


def test_strict_takes_nothing_unseen_for_clean(tmp_path: Path) -> None:
    root = tree(tmp_path, {**SOUND, "requirements.txt": "Django==5.2.8\n"})
    assert main(["doctor", "--offline", str(root)]) == 0
    assert main(["doctor", "--offline", "--strict", str(root)]) == 3


def test_strict_where_all_was_seen(tmp_path: Path) -> None:
    assert main(["doctor", "--offline", "--strict", str(tree(tmp_path, SOUND))]) == 0


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["nowhere"], "nowhere is not there"),
        (["--platform", "herokku"], "There is no platform 'herokku' here; did you mean heroku"),
        (["--select", "nonsense"], "There is no cause called 'nonsense'"),
        (["--app", "backend"], "There is no folder backend"),
        (["--app", "../other"], "There is no folder ../other"),
        (["--baseline", "known.json"], "The baseline known.json cannot be read"),
        (["--environment", "venv"], "There is no interpreter and no virtual environment at venv"),
    ],
)
@pytest.mark.usefixtures("site")
def test_bad_usage_is_status_2(
    arguments: list[str], words: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["doctor", "--offline", *arguments]) == 2
    out, err = capsys.readouterr()
    assert out == ""
    assert err.startswith("wherry: ")
    assert words in err


def test_nothing_to_look_at_is_status_3(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["doctor", "--offline", str(tmp_path)]) == 3
    assert "could be inspected" in capsys.readouterr().err


def test_json_is_all_that_is_printed(site: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["doctor", "--offline", "--json", str(site)]) == 1
    out, err = capsys.readouterr()
    assert [item["code"] for item in json.loads(out)["findings"]] == ["WH110", "WH601"]
    assert err == ""


@pytest.mark.usefixtures("site")
@pytest.mark.parametrize("name", ["text", "brief", "json", "sarif", "github"])
def test_no_format_prints_a_secret(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    main(["doctor", "--offline", "--format", name])
    main(["doctor", "--offline", "--format", name, "--diff", "--unsafe-fixes"])
    main(["doctor", "--offline", "--format", name, "--fix", "--unsafe-fixes"])
    out, err = capsys.readouterr()
    assert "hunter2" not in out + err
    assert "WH601" in out


def test_paths_count_from_where_one_is(
    site: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(site.parent)
    main(["doctor", "--offline", "--format", "brief", "site"])
    assert "site/shop/settings.py:1: warning WH601" in capsys.readouterr().out


def test_diff_only_shows(site: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["doctor", "--offline", "--diff"]) == 1
    out, err = capsys.readouterr()
    assert out == "--- /dev/null\n+++ b/.python-version\n@@ -0,0 +1 @@\n+3.12\n"
    assert err == "wherry: 1 fix shown, and nothing written. 1 more with --unsafe-fixes.\n"
    assert not (site / ".python-version").exists()


def test_diff_wins_over_fix(site: Path) -> None:
    main(["doctor", "--offline", "--fix", "--unsafe-fixes", "--diff"])
    assert (site / "shop/settings.py").read_text() == KEY


def test_fix_shows_what_it_did_and_what_is_left(
    site: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["doctor", "--offline", "--fix"]) == 0
    out = capsys.readouterr().out
    assert "+3.12\n" in out
    assert "Done: Pin Python 3.12." in out
    assert "warning WH601" in out
    assert "error WH110" not in out
    assert (site / ".python-version").read_text() == "3.12\n"
    assert (site / "shop/settings.py").read_text() == KEY


def test_fix_and_json_do_not_mix(site: Path, capsys: pytest.CaptureFixture[str]) -> None:
    main(["doctor", "--offline", "--fix", "--json", str(site)])
    out, err = capsys.readouterr()
    assert [item["code"] for item in json.loads(out)["findings"]] == ["WH601"]
    assert "Done: Pin Python 3.12." in err


def test_nothing_to_fix_is_said(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["doctor", "--offline", "--fix", str(tree(tmp_path, SOUND))]) == 0
    assert "nothing here that Wherry can mend" in capsys.readouterr().out


def test_unsafe_fixes(site: Path) -> None:
    assert main(["doctor", "--offline", "--fix", "--unsafe-fixes"]) == 0
    assert (site / "shop/settings.py").read_text() == "SECRET_KEY = environ['SECRET_KEY']\n"


def test_a_link_is_not_written_through(
    site: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "elsewhere").write_text("")
    (site / "x").mkdir()
    (site / ".python-version").symlink_to(tmp_path / "nowhere")
    main(["doctor", "--offline", "--fix"])
    assert not (tmp_path / "nowhere").exists()
    assert capsys.readouterr().out


def test_a_baseline(site: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["doctor", "--offline", "--write-baseline", "known.json"]) == 0
    assert "known.json holds 2 places" in capsys.readouterr().out
    assert main(["doctor", "--offline", "--baseline", "known.json"]) == 0
    assert "the baseline holds" in capsys.readouterr().out
    assert site.exists()


def test_it_is_a_command_of_its_own(tmp_path: Path) -> None:
    """In a fresh process, in a pipe: no colours, no traceback, and nothing heavy imported."""
    root = tree(tmp_path, SITE)
    environment = {**os.environ, "COLUMNS": "80"}
    done = subprocess.run(
        [sys.executable, "-X", "importtime", "-m", "wherry.cli", "doctor", "--offline", str(root)],
        capture_output=True,
        text=True,
        env=environment,
        timeout=60,
    )
    assert done.returncode == 1
    assert "\x1b" not in done.stdout
    assert "Traceback" not in done.stderr
    imported = {line.rpartition("|")[2].strip() for line in done.stderr.splitlines()}
    assert not imported & {"django", "numpy", "tensorflow", "onnxruntime", "rich", "jinja2"}
