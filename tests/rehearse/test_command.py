"""``wherry rehearse`` on the command line: what it writes, and with which status it ends."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from tests.rehearse.slugs import slug
from wherry.cli import main
from wherry.cli.rehearse import ROUTERS, STOPS, THRESHOLDS
from wherry.rehearse import options

linux = pytest.mark.skipif(sys.platform != "linux", reason="limits are Linux's")
SAVES = """
def answer(handler):
    os.makedirs("media", exist_ok=True)
    open("media/mole.jpg", "wb").write(b"x" * 1000)
    return b""

serve()
"""


def run(folder: Path, *arguments: str, code: str = "serve()") -> int:
    path = slug(folder, code)
    return main(
        [
            *("rehearse", str(folder / "project"), "--slug", str(path), "--platform", "basic"),
            *("--no-restart", "--overlay", "boot_timeout_s=90", *arguments),
        ]
    )


@linux
def test_a_report_in_every_form(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    variables = tmp_path / ".env"
    variables.write_text("SECRET_KEY=hunter2-of-the-shop\n")
    code = f"print(os.environ['SECRET_KEY'], flush=True)\n{SAVES}"
    files = {name: tmp_path / "out" / f"report.{name}" for name in ("json", "html", "log")}
    options_ = [word for name, path in files.items() for word in (f"--{name}", str(path))]
    status = run(
        tmp_path, *options_, "--github", "--env-file", str(variables), "--fail-on", "warning",
        code=code,
    )  # fmt: skip
    told = capsys.readouterr()
    assert status == 1
    assert "heroku[web.1]: State changed from starting to up" in told.err
    lines = told.out.splitlines()
    verdict = next(line for line in lines if line.startswith("project on heroku:basic: "))
    assert "would run, but uploads are saved on a disk that does not last" in verdict
    assert [line.split(" ")[0] for line in lines if line.startswith("::")] == [
        "::warning",
        "::warning",
    ]
    document = json.loads(files["json"].read_text())
    assert [finding["code"] for finding in document["findings"]] == ["WH621"]
    assert "media/mole.jpg" in files["html"].read_text()
    assert any("heroku[router]: at=info" in line for line in files["log"].read_text().splitlines())
    everything = told.out + told.err + "".join(path.read_text() for path in files.values())
    assert "hunter2-of-the-shop" not in everything


@linux
@pytest.mark.parametrize(
    ("arguments", "status"), [((), 0), (("--fail-on", "note"), 1), (("--fail-on", "never"), 0)]
)
def test_the_status_is_that_of_the_worst_finding(
    tmp_path: Path, arguments: tuple[str, ...], status: int
) -> None:
    assert run(tmp_path, "--quiet", *arguments, code=SAVES) == status


@linux
def test_what_would_not_boot_fails_unless_never(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(tmp_path, "--quiet", code="import shop_models") == 1
    told = capsys.readouterr()
    assert told.err == ""
    assert "would not boot" in told.out


@linux
def test_json_to_the_standard_output_has_it_to_itself(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(tmp_path, "--only", "boot", "--json", "-") == 0
    document = json.loads(capsys.readouterr().out)
    assert document["verdict"]["text"] == "would boot"
    assert document["overlay"] == {"boot_timeout_s": 90.0}


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("--platform", "nowhere"), "There is no platform 'nowhere'"),
        (("--overlay", "x"), "is no limit with a number"),
        (("--overlay", "x=1"), "There is no limit 'x' to set"),
        (("--env-file", "/none"), "/none cannot be read"),
        (("--requests", "/none"), "/none"),
    ],
)
def test_what_cannot_be_asked_is_told(
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    arguments: tuple[str, ...],
    words: str,
) -> None:
    assert main(["rehearse", str(tmp_path), *arguments]) == 2
    assert words in capsys.readouterr().err


@pytest.mark.parametrize(
    "arguments", [("--only", "deploy"), ("--rate", "0"), ("--cpu", "x"), ("--router", "3")]
)
def test_an_option_that_is_none(arguments: tuple[str, ...]) -> None:
    with pytest.raises(SystemExit) as ended:
        main(["rehearse", *arguments])
    assert ended.value.code == 2


def test_a_folder_that_is_not_there(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["rehearse", str(tmp_path / "none")]) == 2
    assert "There is no folder" in capsys.readouterr().err


def test_a_folder_outside_of_git(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["rehearse", str(tmp_path)]) == 3
    assert "--working-tree" in capsys.readouterr().err


def git(folder: Path, *arguments: str) -> None:
    subprocess.run(
        ["git", "-c", "user.name=x", "-c", "user.email=x@example.com", *arguments],
        cwd=folder,
        check=True,
        capture_output=True,
    )


def test_a_push_and_a_build_that_is_refused(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "requirements.txt").write_text("django\n")
    (tmp_path / "Pipfile.lock").write_text("{}\n")
    git(tmp_path, "init", "--initial-branch", "main")
    git(tmp_path, "add", "--all")
    git(tmp_path, "commit", "--message", "first")
    (tmp_path / "notes.txt").write_text("later\n")
    assert main(["rehearse", str(tmp_path), "--only", "push", "--json", "-"]) == 0
    document = json.loads(capsys.readouterr().out)
    assert document["verdict"]["text"] == "would be taken"
    assert document["revision"].startswith("main at ")
    assert any("notes.txt" in remark["text"] for remark in document["remarks"])
    assert main(["rehearse", str(tmp_path), "--quiet"]) == 1
    assert "would not build: more than one package manager" in capsys.readouterr().out


def test_the_options_are_those_of_the_room() -> None:
    assert STOPS == options.STOPS
    assert ROUTERS[1] == "legacy"
    assert THRESHOLDS[-1] == "never"
