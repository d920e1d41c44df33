"""The shell is thin, and every shell reads it: shellcheck, dash and bash, options, spaces."""

import shutil
import subprocess
import sys
import tarfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.buildpack.apps import BUILDPACK, environment, run
from wherry.buildpack.profile import Defaults, profile
from wherry.django.server.options import complete
from wherry.platforms.heroku import MIB

SHELLS = [name for name in ("dash", "bash", "sh") if shutil.which(name)]
SCRIPTS = sorted(
    path
    for folder in ("bin", "lib")
    for path in (BUILDPACK / folder).iterdir()
    if path.suffix in ("", ".sh") and path.is_file()
)
SHELLCHECK = Path(sys.executable).with_name("shellcheck")
EVERYTHING = Defaults(
    worker_bytes=90 * MIB,
    libraries=True,
    accelerator="cuda",
    loader_folders=(".wherry/cuda/lib",),
)
NAMES = (
    *("WEB_CONCURRENCY", "OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "TF_NUM_INTRAOP_THREADS"),
    *("MALLOC_ARENA_MAX", "CUDA_VISIBLE_DEVICES", "TF_CPP_MIN_LOG_LEVEL", "WHERRY_TENSORFLOW"),
)


def groups(folder: Path, *, v1: str = "", v2: str = "") -> Path:
    """Write the files that a control group's memory limit is read from."""
    for path, text in (("memory/memory.limit_in_bytes", v1), ("memory.max", v2)):
        if text:
            (folder / path).parent.mkdir(parents=True, exist_ok=True)
            (folder / path).write_text(f"{text}\n")
    return folder


def started(
    shell: str, folder: Path, defaults: Defaults, group: Path, **config: str
) -> dict[str, str]:
    """Return the environment that a process gets after the profile script, under ``set -eu``."""
    home = folder / "an app"
    script = home / ".profile.d" / "wherry.sh"
    script.parent.mkdir(parents=True, exist_ok=True)
    script.write_text(profile(defaults, str(group)))
    result = subprocess.run(
        [shell, "-euc", '. "$HOME/.profile.d/wherry.sh"; . "$HOME/.profile.d/wherry.sh"; env'],
        env={"HOME": str(home), "PATH": "/usr/bin:/bin", **config},
        check=True,
        capture_output=True,
        text=True,
    )
    assert result.stderr == ""
    return dict(line.split("=", 1) for line in result.stdout.splitlines())


@pytest.mark.parametrize("script", SCRIPTS, ids=lambda path: path.name)
def test_shellcheck_has_nothing_to_say(script: Path) -> None:
    result = subprocess.run(
        [SHELLCHECK, "--external-sources", "--shell=sh", script],
        check=False,
        capture_output=True,
        text=True,
    )
    assert result.returncode == 0, result.stdout


def profiles() -> Iterator[Defaults]:
    yield Defaults()
    yield EVERYTHING
    yield Defaults(worker_bytes=1, single=True, python_tensorflow=True)


@pytest.mark.parametrize("defaults", list(profiles()))
def test_shellcheck_has_nothing_to_say_of_the_profile(tmp_path: Path, defaults: Defaults) -> None:
    (tmp_path / "profile.sh").write_text(profile(defaults))
    result = subprocess.run(
        [SHELLCHECK, "--shell=sh", tmp_path / "profile.sh"],
        check=False,
        capture_output=True,
        text=True,
    )
    assert result.returncode == 0, result.stdout


@pytest.mark.parametrize("shell", SHELLS)
def test_an_eco_dyno_gets_what_its_memory_holds(tmp_path: Path, shell: str) -> None:
    group = groups(tmp_path / "groups", v1=str(512 * MIB))
    got = started(
        shell,
        tmp_path,
        Defaults(worker_bytes=90 * MIB, libraries=True),
        group,
        DYNO="web.1",
        WEB_CONCURRENCY="2",
        WEB_CONCURRENCY_SET_BY="heroku/python",
    )
    assert got["WEB_CONCURRENCY"] == "4"  # 0.75 * 512 / 90
    assert got["WEB_CONCURRENCY_SET_BY"] == "wherry"
    assert got["OMP_NUM_THREADS"] == got["TF_NUM_INTEROP_THREADS"] == "1"
    assert got["MALLOC_ARENA_MAX"] == "1"
    assert got["CUDA_VISIBLE_DEVICES"] == "-1"
    assert got["WHERRY_TENSORFLOW"] == f"{got['HOME']}/.wherry/tensorflow"
    assert not any(name.startswith("wherry_") for name in got)


@pytest.mark.parametrize("shell", SHELLS)
def test_what_the_owner_set_stays_even_where_it_is_empty(tmp_path: Path, shell: str) -> None:
    group = groups(tmp_path / "groups", v1=str(512 * MIB))
    given = dict.fromkeys(NAMES, "3") | {"CUDA_VISIBLE_DEVICES": "", "OMP_NUM_THREADS": ""}
    got = started(shell, tmp_path, EVERYTHING, group, DYNO="web.1", **given)
    assert {name: got[name] for name in NAMES} == given
    assert "WEB_CONCURRENCY_SET_BY" not in got


@pytest.mark.parametrize(
    ("group", "workers"),
    [
        ({"v2": str(1024 * MIB)}, "8"),
        ({"v2": str(64 * MIB)}, "1"),
        ({"v2": "max"}, None),
        ({"v1": "9223372036854771712"}, None),
        ({"v1": "not a number"}, None),
        ({}, None),
    ],
)
def test_the_limit_is_read_from_either_version(
    tmp_path: Path, group: dict[str, str], workers: str | None
) -> None:
    folder = groups(tmp_path / "groups", **group)
    got = started("sh", tmp_path, Defaults(worker_bytes=90 * MIB), folder)
    cpus = int(subprocess.run(["nproc"], check=True, capture_output=True, text=True).stdout)
    if workers is not None:
        workers = str(min(int(workers), 2 * cpus + 1))
    assert got.get("WEB_CONCURRENCY") == workers


def test_models_that_one_process_holds_get_one(tmp_path: Path) -> None:
    group = groups(tmp_path / "groups", v1=str(2560 * MIB))
    got = started("sh", tmp_path, Defaults(worker_bytes=90 * MIB, single=True), group)
    assert got["WEB_CONCURRENCY"] == "1"


def test_without_a_measurement_the_number_of_workers_is_not_touched(tmp_path: Path) -> None:
    group = groups(tmp_path / "groups", v1=str(512 * MIB))
    assert "WEB_CONCURRENCY" not in started("sh", tmp_path, Defaults(), group)


def test_on_a_card_the_loader_looks_in_the_slug_first(tmp_path: Path) -> None:
    got = started("sh", tmp_path, EVERYTHING, tmp_path, LD_LIBRARY_PATH="/app/.heroku/python/lib")
    home = got["HOME"]
    assert got["LD_LIBRARY_PATH"].startswith(f"{home}/.wherry/cuda/lib:")
    assert got["LD_LIBRARY_PATH"].endswith(":/app/.heroku/python/lib")
    assert got["WHERRY_ACCELERATOR"] == "cuda"
    assert "CUDA_VISIBLE_DEVICES" not in got


def test_an_archive_holds_all_that_a_host_needs(tmp_path: Path) -> None:
    file = tmp_path / "the buildpack.tgz"
    assert run("package", file).returncode == 0
    with tarfile.open(file) as archive:
        names = archive.getnames()
        archive.extractall(tmp_path / "taken", filter="data")
    assert {"bin/compile", "lib/launch.py", "vendor/wherry/cli/buildpack.py"} <= set(names)
    assert not any("__pycache__" in name for name in names)
    app = tmp_path / "app"
    app.mkdir()
    (app / "requirements.txt").write_text("tensorflow\n")
    assert run("detect", app, buildpack=tmp_path / "taken").returncode == 0


@pytest.mark.parametrize("shell", SHELLS)
def test_an_old_or_missing_python_is_a_sentence(tmp_path: Path, shell: str) -> None:
    build = tmp_path / "build"
    python = build / ".heroku" / "python" / "bin" / "python3"
    python.parent.mkdir(parents=True)
    (build / "requirements.txt").write_text("wherry\n")
    python.write_text('#!/bin/sh\ncase "$*" in *sys.exit*) exit 1 ;; esac\necho Python 3.11.9\n')
    python.chmod(0o755)
    result = run("compile", build, tmp_path / "cache", tmp_path, shell=shell)
    assert result.returncode == 1
    assert "needs Python 3.12 or newer, and this app is built with Python 3.11.9" in result.stdout
    python.unlink()
    empty = tmp_path / "bin"
    empty.mkdir()
    for name in ("dirname", "mkdir", "sed", "grep", "head", "tr", "find", shell):
        (empty / name).symlink_to(shutil.which(name) or "")
    env = environment(PATH=str(empty))
    result = run("compile", build, tmp_path / "cache", tmp_path, shell=shell, env=env)
    assert result.returncode == 1
    assert "put this buildpack after the Python buildpack" in result.stdout


def test_wherrys_own_server_measures_for_itself() -> None:
    """What the profile script sets is for servers that measure nothing."""
    ours = {"WEB_CONCURRENCY": "5", "WEB_CONCURRENCY_SET_BY": "wherry"}
    assert complete("site.wsgi", ours).processes is None
    assert complete("site.wsgi", {"WEB_CONCURRENCY": "5"}).processes == 5
