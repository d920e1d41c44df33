"""The verb: files, pipes, exit codes, what is printed."""

import json
import os
import select
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.explain.test_forms import CRASH
from wherry.cli import main

WHERRY = [sys.executable, "-m", "wherry.cli", "explain"]
HEALTHY = '10.1.2.3 - - [01/Jan/2024:00:00:00 +0000] "GET / HTTP/1.1" 200 512\n'


def explained(*arguments: str, piped: str = "") -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [*WHERRY, *arguments], input=piped, capture_output=True, text=True, check=False
    )


def test_a_failure_is_told_and_gives_one(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    log = tmp_path / "web.log"
    log.write_text(CRASH)
    assert main(["explain", str(log)]) == 1
    told = capsys.readouterr().out
    assert "WH230" in told
    assert "ModuleNotFoundError: No module named 'django_heroku'" in told
    assert "wherry causes WH230" in told


def test_a_healthy_log_gives_zero(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    log = tmp_path / "web.log"
    log.write_text(HEALTHY)
    assert main(["explain", str(log)]) == 0
    assert "nothing in them tells of a failure" in capsys.readouterr().out


def test_what_is_outside_is_quoted(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    log = tmp_path / "web.log"
    log.write_text("starting\nCRITICAL the flux capacitor is empty\n")
    assert main(["explain", str(log)]) == 1
    told = capsys.readouterr().out
    assert "CRITICAL the flux capacitor is empty" in told
    assert "no cause in Wherry's catalogue explains it" in told
    assert "TensorFlow" not in told


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (None, "No such file"),
        (b"", "empty"),
        (bytes(range(256)) * 40, "no text"),
        (b"\x1f\x8b\x08" + bytes(100), "gunzip"),
    ],
)
def test_what_cannot_be_read_gives_three(
    content: bytes | None, sentence: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    log = tmp_path / "web.log"
    if content is not None:
        log.write_bytes(content)
    assert main(["explain", str(log)]) == 3
    assert sentence in capsys.readouterr().err


def test_a_folder_is_no_log(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["explain", str(tmp_path)]) == 3
    assert "folder" in capsys.readouterr().err


def test_an_unknown_platform_gives_two(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    log = tmp_path / "web.log"
    log.write_text(CRASH)
    assert main(["explain", "--platform", "nowhere", str(log)]) == 2
    assert "no platform" in capsys.readouterr().err


def test_json_says_the_same(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    log = tmp_path / "web.log"
    log.write_text(CRASH)
    assert main(["explain", "--json", str(log)]) == 1
    told = json.loads(capsys.readouterr().out)
    assert told["schema_version"] == 1
    assert [finding["name"] for finding in told["findings"]] == ["dependency-not-in-requirements"]
    assert told["findings"][0]["where"][0]["lines"] == [13, 15]
    assert told["outside"] == []


def test_json_of_nothing_names_what_was_skipped(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["explain", "--json", str(tmp_path / "none.log")]) == 3
    assert len(json.loads(capsys.readouterr().out)["skipped"]) == 1


def test_a_pipe_is_read_to_its_end() -> None:
    done = explained(piped=CRASH)
    assert done.returncode == 1
    assert "WH230" in done.stdout


def test_an_open_pipe_is_told_of_before_it_ends() -> None:
    with subprocess.Popen(
        WHERRY, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        process.stdin.write(CRASH)
        process.stdin.flush()
        os.set_blocking(process.stdout.fileno(), False)
        told = ""
        deadline = time.monotonic() + 20
        while "WH230" not in told and time.monotonic() < deadline:
            told += (
                os.read(process.stdout.fileno(), 65536).decode()
                if select.select([process.stdout], [], [], 1)[0]
                else ""
            )
        assert "WH230" in told
        process.stdin.close()
        os.set_blocking(process.stdout.fileno(), True)
        rest = process.stdout.read()
        assert "What failed first" in rest
        assert "error WH230" not in rest, "what was told is not told again"


def test_the_project_settles_whose_module_it_is(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "backend" / "mysite").mkdir(parents=True)
    (tmp_path / "backend" / "manage.py").touch()
    (tmp_path / "backend" / "mysite" / "wsgi.py").touch()
    (tmp_path / "backend" / "mysite" / "__init__.py").touch()
    log = tmp_path / "web.log"
    log.write_text("ModuleNotFoundError: No module named 'mysite'\n")
    assert main(["explain", "--json", str(log)]) == 1
    alone = json.loads(capsys.readouterr().out)["findings"][0]["name"]
    assert main(["explain", "--json", "--project", str(tmp_path), str(log)]) == 1
    with_project = json.loads(capsys.readouterr().out)["findings"][0]["name"]
    assert (alone, with_project) == ("dependency-not-in-requirements", "wsgi-module-not-found")


@pytest.mark.parametrize(
    ("deployed", "cause"),
    [(False, "model-missing-from-git"), (True, "model-path-cwd-relative")],
)
def test_the_project_settles_where_the_model_is(
    deployed: bool, cause: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "models").mkdir()
    (tmp_path / "models" / "net.h5").write_bytes(b"\x89HDF\r\n\x1a\n" + bytes(2000))
    (tmp_path / ".gitignore").write_text("" if deployed else "*.h5\n")
    subprocess.run(["git", "init", "-q", str(tmp_path)], check=True)
    log = tmp_path / "web.log"
    log.write_text("OSError: No file or directory found at models/net.h5\n")
    assert main(["explain", "--json", "--project", str(tmp_path), str(log)]) == 1
    assert json.loads(capsys.readouterr().out)["findings"][0]["name"] == cause
