"""The scripts that a dyno sources, read by a real shell."""

import subprocess
from pathlib import Path

import pytest

from wherry.buildrules.environment import profile_scripts, web_concurrency
from wherry.platforms import hosts
from wherry.platforms.hosts import MIB

FIR = next(target for target in hosts.targets() if "heroku-fir" in target.families)


def _sourced(folder: Path, scripts: dict[str, str], **variables: str) -> tuple[dict[str, str], str]:
    for name, text in scripts.items():
        (folder / name).write_text(text, "utf-8")
    done = subprocess.run(
        ["bash", "-uc", 'for f in "$1"/*.sh; do . "$f"; done; env -0', "bash", folder],
        env={"PATH": "/usr/bin:/bin", "HOME": "/app", "DYNO": "web.1", **variables},
        check=True,
        capture_output=True,
        text=True,
    )
    pairs = (entry.partition("=") for entry in done.stdout.split("\0"))
    return {name: value for name, _, value in pairs}, done.stderr


def test_a_web_dyno(tmp_path: Path) -> None:
    scripts = profile_scripts(hosts.get("heroku:basic"), "pip", nltk=True)
    found, said = _sourced(tmp_path, scripts)
    assert found["PATH"] == "/app/.heroku/python/bin:/usr/bin:/bin"
    assert found["PYTHONHOME"] == "/app/.heroku/python"
    assert found["PYTHONUNBUFFERED"] == "true"
    assert found["PYTHONPATH"] == "/app"
    assert found["LD_LIBRARY_PATH"] == "/app/.heroku/python/lib"
    assert found["NLTK_DATA"] == "/app/.heroku/python/nltk_data"
    assert found["FORWARDED_ALLOW_IPS"] == "*"
    assert found["GUNICORN_CMD_ARGS"] == "--access-logfile -"
    assert (found["DYNO_RAM"], found["WEB_CONCURRENCY"]) == ("512", "2")
    assert found["WEB_CONCURRENCY_SET_BY"] == "heroku/python"
    assert said.splitlines() == [
        "Python buildpack: Detected 512 MB available memory and 8 CPU cores.",
        "Python buildpack: Defaulting WEB_CONCURRENCY to 2 based on the available memory.",
    ]


def test_what_is_set_stays(tmp_path: Path) -> None:
    scripts = profile_scripts(hosts.get("heroku:standard-2x"), "uv", nltk=False)
    found, said = _sourced(
        tmp_path,
        scripts,
        WEB_CONCURRENCY="1",
        GUNICORN_CMD_ARGS="-k gthread",
        PYTHONPATH="/app/src",
        LANG="C.UTF-8",
        PYTHONHOME="/elsewhere",
    )
    assert found["WEB_CONCURRENCY"] == "1"
    assert "WEB_CONCURRENCY_SET_BY" not in found
    assert found["GUNICORN_CMD_ARGS"] == "-k gthread"
    assert found["PYTHONPATH"] == "/app/src"
    assert found["LANG"] == "C.UTF-8"
    assert found["PYTHONHOME"] == "/app/.heroku/python"
    assert "NLTK_DATA" not in found
    assert "PIP_DISABLE_PIP_VERSION_CHECK" not in found
    assert "since it's already set." in said


def test_a_worker_says_nothing(tmp_path: Path) -> None:
    scripts = profile_scripts(hosts.get("heroku:performance-m"), "pip", nltk=False)
    found, said = _sourced(tmp_path, scripts, DYNO="worker.1")
    assert found["WEB_CONCURRENCY"] == "5"
    assert said == ""


def test_pipenv_is_found(tmp_path: Path) -> None:
    found, _ = _sourced(tmp_path, profile_scripts(hosts.get("heroku:eco"), "pipenv", nltk=False))
    assert found["PATH"].startswith("/app/.heroku/python/pipenv/bin:/app/.heroku/python/bin:")


def test_dokku_tells_no_memory(tmp_path: Path) -> None:
    found, said = _sourced(tmp_path, profile_scripts(hosts.get("dokku"), "pip", nltk=False))
    assert "WEB_CONCURRENCY" not in found
    assert "Couldn't determine available memory." in said


def test_fir_sets_no_concurrency() -> None:
    assert set(profile_scripts(FIR, "pip", nltk=False)) == {"python.sh"}


@pytest.mark.parametrize(
    "name",
    ["eco", "standard-1x", "standard-2x", "performance-m", "performance-l", "performance-2xl"],
)
def test_the_rule_gives_what_the_platform_s_own_table_has(name: str) -> None:
    target = hosts.get(f"heroku:{name}")
    memory, cpus = target.memory_bytes, target.visible_cpus
    assert memory is not None
    assert cpus is not None
    count, _ = web_concurrency(memory, int(cpus))
    assert count == target.number("web_concurrency_default")


def test_never_none() -> None:
    assert web_concurrency(100 * MIB, 8) == (1, "the available memory")
    assert web_concurrency(14336 * MIB, 8) == (17, "the number of CPU cores")
