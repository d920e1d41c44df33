"""Projects that the platform refuses, or that this machine cannot build."""

import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.rehearse.build.building import PYTHON, Heard, built, refused, write
from wherry.causes import catalogue
from wherry.rehearse.build.failed import BuildFailed

# A shell that runs these tests in the background ignores SIGINT for all of them.
PROGRAM = """
import signal
import sys
from pathlib import Path
from wherry.platforms import hosts
from wherry.rehearse.build.build import build
from wherry.rehearse.build.failed import BuildFailed
from wherry.rehearse.overlay import limits_of
signal.signal(signal.SIGINT, signal.default_int_handler)
target = hosts.get("heroku:basic")
build(Path(sys.argv[1]), target, limits_of(target), cache=Path(sys.argv[2]))
"""
PIP = {"requirements.txt": "", ".python-version": f"{PYTHON}\n"}


@pytest.mark.parametrize(
    ("files", "first_line", "cause"),
    [
        (
            {"index.html": ""},
            " !     No default language could be detected for this app.",
            "no-package-manager-file",
        ),
        (
            {"app.json": '{"buildpacks": [{"url": "heroku/python"}]}'},
            " !     Error: Your app is configured to use the Python buildpack,",
            "no-package-manager-file",
        ),
        (
            {"manage.py": ""},
            " !     Error: Couldn't find any supported Python package manager files.",
            "no-package-manager-file",
        ),
        (
            {**PIP, "uv.lock": "version = 1\n"},
            " !     Error: Multiple Python package manager files were found.",
            "several-package-managers",
        ),
        (
            {**PIP, ".python-version": "3.8"},
            " !     Error: The requested Python version has reached end-of-life.",
            "python-version-eol",
        ),
        (
            {**PIP, ".python-version": "python-3.12"},
            " !     Error: Invalid Python version in .python-version.",
            "python-version-bad-format",
        ),
        (
            {**PIP, "venv/pyvenv.cfg": ""},
            " !     Error: Existing 'venv/' directory found.",
            "venv-committed",
        ),
        (
            {**PIP, "app.json": '{"stack": "heroku-20"}'},
            " !     Error: The 'heroku-20' stack is no longer supported.",
            "stack-end-of-life",
        ),
        (
            {**PIP, "bin/pre_compile": "#!/bin/sh\necho no luck\nexit 3\n"},
            " !     Error: Failed to run the bin/pre_compile script.",
            "build-hook-fails",
        ),
    ],
)
def test_it_is_refused_in_the_platform_s_words(
    tmp_path: Path, files: dict[str, str], first_line: str, cause: str
) -> None:
    failure = refused(write(tmp_path / "source", files), tmp_path / "cache")
    marked = [line for line in failure.lines if line.startswith(" !     ")]
    assert marked[0] == first_line
    assert failure.cause == cause
    assert not failure.of_this_machine
    assert catalogue.cause(cause)


def test_a_hook_s_output_stands_above(tmp_path: Path) -> None:
    files = {**PIP, "bin/pre_compile": "#!/bin/sh\necho no luck\nexit 3\n"}
    failure = refused(write(tmp_path / "source", files), tmp_path / "cache")
    assert "-----> Running bin/pre_compile hook" in failure.lines
    assert "       no luck" in failure.lines


def test_an_index_that_cannot_be_reached(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("UV_DEFAULT_INDEX", "PIP_INDEX_URL"):
        monkeypatch.setenv(name, "http://127.0.0.1:9/simple")
    monkeypatch.setenv("UV_HTTP_RETRIES", "0")
    failure = refused(write(tmp_path / "source", PIP), tmp_path / "cache")
    assert failure.of_this_machine
    assert failure.cause == ""
    assert "The package index cannot be reached from here" in str(failure)


def _in_a_small_disk(cache: Path, megabytes: int, *command: str | Path) -> str:
    """Run a command with a small disk of its own over ``cache``, and return what it prints."""
    mount = f'mount -t tmpfs -o size={megabytes}m none "$0" && exec "$@"'
    done = subprocess.run(
        ["unshare", "--user", "--map-root-user", "--mount", "sh", "-c", mount, cache, *command],
        capture_output=True,
        text=True,
        check=False,
    )
    if "unshare" in done.stderr or "mount" in done.stderr:
        pytest.skip("this machine lets nobody mount")
    return done.stdout + done.stderr


@pytest.mark.skipif(shutil.which("unshare") is None, reason="there is no unshare")
@pytest.mark.parametrize("megabytes", [1, 12, 60])
def test_a_disk_that_is_full(tmp_path: Path, megabytes: int) -> None:
    (tmp_path / "cache").mkdir()
    source = write(tmp_path / "source", {**PIP, "requirements.txt": "django==5.2.8\n"})
    program = PROGRAM.replace("build(Path", "try:\n    build(Path") + (
        "except BuildFailed as failure:\n    print(failure.of_this_machine, failure)\n"
    )
    command = (sys.executable, "-c", program, source, tmp_path / "cache")
    said = _in_a_small_disk(tmp_path / "cache", megabytes, *command)
    assert said.startswith("True There is no space left on the disk of ")
    assert "Traceback" not in said


def test_a_cache_that_cannot_be_written(tmp_path: Path) -> None:
    (tmp_path / "cache").write_text("a file")
    failure = refused(write(tmp_path / "source", PIP), tmp_path / "cache")
    assert failure.of_this_machine
    assert "cannot be used: Not a directory" in str(failure)


def test_a_build_that_takes_too_long(tmp_path: Path) -> None:
    marker = tmp_path / "started"
    hook = f"#!/bin/sh\nsleep 4242 &\necho $! > {marker}\nwait\n"
    began = time.monotonic()
    failure = refused(
        write(tmp_path / "source", {**PIP, "bin/pre_compile": hook}),
        tmp_path / "cache",
        overlay={"build_timeout_s": 1},
    )
    assert time.monotonic() - began < 60
    assert failure.cause == "build-timeout"
    assert any("Timed out compiling Python app" in line for line in failure.lines)
    assert not _alive(int(marker.read_text()))


def test_what_leaves_its_session_is_ended_too(tmp_path: Path) -> None:
    marker = tmp_path / "started"
    hook = (
        "setsid sh -c 'echo $$ > "
        + str(marker)
        + ".part; mv "
        + str(marker)
        + ".part "
        + str(marker)
        + "; exec sleep 4245' > /dev/null 2>&1 &\n"
        f"while [ ! -f {marker} ]; do sleep 0.05; done\nexit 1\n"
    )
    source = write(tmp_path / "source", {**PIP, "bin/pre_compile": hook})
    failure = refused(source, tmp_path / "cache")
    assert failure.cause == "build-hook-fails"
    assert not _alive(int(marker.read_text()))


def test_a_flood_of_output_is_bounded(tmp_path: Path) -> None:
    hook = (
        "#!/bin/sh\nyes wherry | head -n 300000\nhead -c 3000000 /dev/zero | tr '\\0' x\nexit 1\n"
    )
    heard = Heard()
    source = write(tmp_path / "source", {**PIP, "bin/pre_compile": hook})
    with pytest.raises(BuildFailed, match="Failed to run"):
        built(source, tmp_path / "cache", heard)
    assert len(heard.lines) < 25_000
    assert max(map(len, heard.lines)) <= 10_010
    assert heard.lines[-2].startswith(" !     ")


def test_secrets_are_masked(tmp_path: Path) -> None:
    hook = '#!/bin/sh\necho "the key is $SECRET_KEY"\necho "$DATABASE_URL"\nexit 1\n'
    failure = refused(
        write(tmp_path / "source", {**PIP, "bin/pre_compile": hook}),
        tmp_path / "cache",
        env={
            "SECRET_KEY": "plain-words-of-mine",
            "DATABASE_URL": "postgres://rower:oars@db.example.com/boat",
        },
    )
    said = "\n".join(failure.lines)
    assert "the key is ****" in said
    assert "oars" not in said
    assert "plain-words" not in said


def test_config_vars_reach_hooks_and_not_the_build_s_own_path(tmp_path: Path) -> None:
    hook = '#!/bin/sh\necho "$COLOUR $STACK $PATH"\nexit 1\n'
    failure = refused(
        write(tmp_path / "source", {**PIP, "bin/pre_compile": hook}),
        tmp_path / "cache",
        env={"COLOUR": "red", "PATH": "/nowhere", "STACK": "mine"},
    )
    line = next(line for line in failure.lines if "red" in line)
    assert "red heroku-26 " in line
    assert "/nowhere" not in line


def test_nothing_of_this_shell_reaches_a_build(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DJANGO_SETTINGS_MODULE", "mine.settings")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "of-this-shell")
    hook = "#!/bin/sh\nenv\nexit 1\n"
    source = write(tmp_path / "source", {**PIP, "bin/pre_compile": hook})
    said = "\n".join(refused(source, tmp_path / "cache").lines)
    assert "DJANGO_SETTINGS_MODULE" not in said
    assert "AWS_SECRET_ACCESS_KEY" not in said


def test_ctrl_c_ends_everything(tmp_path: Path) -> None:
    marker = tmp_path / "started"
    hook = f"#!/bin/sh\nsleep 4243 &\necho $! > {marker}.part; mv {marker}.part {marker}\nwait\n"
    source = write(tmp_path / "source", {**PIP, "bin/pre_compile": hook})
    process = subprocess.Popen(
        [sys.executable, "-c", PROGRAM, source, tmp_path / "cache"], stderr=subprocess.PIPE
    )
    with process:
        deadline = time.monotonic() + 60
        while not marker.exists() and time.monotonic() < deadline:
            time.sleep(0.02)
        process.send_signal(signal.SIGINT)
        _, errors = process.communicate(timeout=60)
    assert b"KeyboardInterrupt" in errors
    assert not _alive(int(marker.read_text()))
    assert list((tmp_path / "cache" / "builds").iterdir()) == []


def _alive(pid: int) -> bool:
    """Whether a process is still there; a killed one may take a moment to go."""
    deadline = time.monotonic() + 20
    while time.monotonic() < deadline:
        try:
            os.kill(pid, 0)
        except ProcessLookupError:
            return False
        if Path(f"/proc/{pid}/stat").read_text().split()[2] == "Z":
            return False
        time.sleep(0.02)
    return True
