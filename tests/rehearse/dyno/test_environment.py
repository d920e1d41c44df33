"""What a dyno finds around its command: variables, start scripts, user, folders, limits."""

import asyncio
from pathlib import Path

import pytest

from tests.rehearse.dyno.staging import staged
from wherry.platforms import hosts
from wherry.rehearse.dyno import environment
from wherry.rehearse.dyno.machine import Machine
from wherry.rehearse.overlay import limits_of


async def _say(
    folder: Path,
    machine: Machine,
    command: str,
    *,
    files: dict[str, str] | None = None,
    platform: str = "heroku:basic",
    config_vars: dict[str, str] | None = None,
) -> list[str]:
    """Run a command in a dyno and return what it prints."""
    async with staged(
        folder, machine, {}, files=files, platform=platform, config_vars=config_vars
    ) as stage:
        ending = await stage.formation.run("run", command)
        assert ending.status == 0, stage.log
        return [line.partition(": ")[2] for line in stage.log if line.startswith("app[")]


def test_config_vars_come_first_then_the_start_scripts_then_the_apps_own_profile(
    tmp_path: Path, machine: Machine
) -> None:
    files = {
        ".profile.d/a.sh": 'export ORDER="$ORDER profile.d"',
        ".profile.d/not-a-script.txt": 'export ORDER="$ORDER no"',
        ".profile": 'export ORDER="$ORDER profile"',
    }
    said = asyncio.run(
        _say(tmp_path, machine, 'echo "$ORDER"', files=files, config_vars={"ORDER": "config"})
    )
    assert said == ["config profile.d profile"]


@pytest.mark.parametrize("kind", ["machine", "unprivileged", "bare"])
def test_home_is_the_app(tmp_path: Path, kind: str, request: pytest.FixtureRequest) -> None:
    machine: Machine = request.getfixturevalue(kind)
    files = {".profile.d/a.sh": "export PLACE=/app/static"}
    home, here, place, listen = asyncio.run(
        _say(tmp_path, machine, 'echo "$HOME"; pwd; echo $PLACE; ls listen.py', files=files)
    )
    assert listen == "listen.py"
    assert home == here
    assert place == f"{home}/static"
    assert (home == "/app") == machine.walls.mounts


@pytest.mark.parametrize("kind", ["machine", "unprivileged"])
def test_a_dyno_sees_its_own_world(
    tmp_path: Path, kind: str, request: pytest.FixtureRequest
) -> None:
    machine: Machine = request.getfixturevalue(kind)
    if not (machine.walls.mounts and machine.walls.pids):
        pytest.skip("no namespaces may be made here")
    command = (
        "id -un; id -u; ls -A /tmp /home | wc -w; echo /proc/[0-9]* | wc -w; "
        "cat /sys/fs/cgroup/memory/memory.limit_in_bytes; nproc; touch /etc/x /usr/x 2>&1 | wc -l; "
        "grep NoNewPrivs /proc/self/status; grep CapEff /proc/self/status; umask"
    )
    name, uid, entries, processes, limit, cpus, refused, privileges, rights, _ = asyncio.run(
        _say(tmp_path, machine, command)
    )
    assert name == f"u{uid}"
    assert int(uid) >= 20_000
    assert entries == "2"  # the names of the two folders, and nothing in them
    assert int(processes) < 8
    assert limit == str(512 * 1024 * 1024)
    assert cpus == "8"
    assert refused == "2"
    assert privileges.split() == ["NoNewPrivs:", "1"]
    assert int(rights.split()[1], 16) == 0


def test_memory_elsewhere_is_shown_as_version_2_shows_it(tmp_path: Path, machine: Machine) -> None:
    if not machine.walls.mounts:
        pytest.skip("no mount namespace may be made here")
    command = "cat /sys/fs/cgroup/memory.max; ls /sys/fs/cgroup; echo ${RENDER} ${DYNO-none}"
    said = asyncio.run(_say(tmp_path, machine, command, platform="render:starter"))
    assert said == [str(512 * 1024 * 1024), "memory.max", "true none"]


def test_this_processs_own_environment_does_not_reach_the_dyno(
    tmp_path: Path, machine: Machine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "of the developer")
    monkeypatch.setenv("PYTHONPATH", "/of/the/developer")
    said = asyncio.run(_say(tmp_path, machine, "env | sort | cut -d= -f1"))
    assert set(said) <= {
        *("HOME", "PATH", "LANG", "SHELL", "USER", "LOGNAME", "DYNO", "PWD", "SHLVL", "_"),
        *("OLDPWD", "TMPDIR"),
    }


def test_without_a_group_the_process_limit_is_the_users(tmp_path: Path, groupless: Machine) -> None:
    if not groupless.drops_user:
        pytest.skip("the dyno has no user of its own here")
    assert asyncio.run(_say(tmp_path, groupless, "ulimit -u")) == ["256"]


def _values(platform: str, name: str = "web.1", **config_vars: str) -> dict[str, str]:
    return environment.environment_of(
        name,
        limits_of(hosts.get(platform)),
        home="/app",
        port=5000,
        user="u20000",
        slug_vars={"DISABLE": "slug", "ONLY": "slug"},
        config_vars=config_vars,
    )


def test_config_vars_win_over_buildpacks_and_the_platform_over_both() -> None:
    values = _values("heroku:basic", DISABLE="config", PORT="1", DYNO="x", PATH="/opt/bin")
    assert (values["DISABLE"], values["ONLY"]) == ("config", "slug")
    assert (values["PORT"], values["DYNO"], values["PATH"]) == ("5000", "web.1", "/opt/bin")


def test_fir_names_dynos_as_pods() -> None:
    name = _values("heroku:dyno-1c-0.5gb")["DYNO"]
    process, first, second = name.split("-")
    assert (process, len(first), len(second)) == ("web", 9, 5)


@pytest.mark.parametrize(
    ("platform", "mark"),
    [("fly", "FLY_APP_NAME"), ("cloud-run", "K_SERVICE"), ("railway", "RAILWAY_ENVIRONMENT")],
)
def test_other_hosts_have_marks_of_their_own_and_no_dyno(platform: str, mark: str) -> None:
    values = _values(platform)
    assert mark in values
    assert "DYNO" not in values


def test_a_share_of_the_cpu_holds(tmp_path: Path, machine: Machine) -> None:
    if not machine.has("cpu"):
        pytest.skip("no control group for CPUs may be made here")

    async def run() -> float:
        # The second line of `times` is what its children used: minutes and seconds of each kind.
        command = "timeout 1 /bin/sh -c 'while :; do :; done'; times | tail -n 1"
        async with staged(tmp_path, machine, {}, cpus=0.1) as stage:
            await stage.formation.run("run", command)
            spent = stage.log[2].partition(": ")[2].split()
            return sum(float(part.partition("m")[2].removesuffix("s")) for part in spent)

    # A tenth of a second and what the kernel lends for a moment, of one that a loop would fill.
    assert asyncio.run(run()) < 0.35
