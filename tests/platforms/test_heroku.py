"""Dyno types, and what a server counts on in them."""

from pathlib import Path

import pytest

from tests.platforms.test_limits import machine
from wherry.errors import ConfigurationError
from wherry.platforms import heroku
from wherry.platforms.heroku import MIB, dyno_type
from wherry.platforms.limits import read_limits


@pytest.mark.parametrize("name", ["eco", "heroku:eco", "heroku:Eco", heroku.DEFAULT_DYNO])
def test_names(name: str) -> None:
    assert dyno_type(name).memory_bytes == 512 * MIB


def test_an_unknown_name_lists_those_there_are() -> None:
    with pytest.raises(
        ConfigurationError, match=r"no dyno type 'heroku:free' here; .*: eco, basic"
    ):
        dyno_type("heroku:free")


@pytest.mark.parametrize("name", ["eco", "standard-2x"])
def test_a_server_in_it_finds_the_same_cpus(
    tmp_path: Path, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The number measured with is the number served with."""
    dyno = dyno_type(name)
    monkeypatch.setattr("os.sched_getaffinity", lambda _: range(int(dyno.visible_cpus)))
    root = machine(
        tmp_path,
        {
            "proc/self/cgroup": "8:memory:/x",
            "sys/fs/cgroup/memory/memory.limit_in_bytes": str(dyno.memory_bytes),
        },
    )
    assert read_limits(root, {"DYNO": "web.1"}).cpus == dyno.cpus


def test_every_type_allows_something() -> None:
    for dyno in heroku.DYNO_TYPES.values():
        assert dyno.memory_bytes >= 512 * MIB
        assert dyno.kill_ratio >= 1
        assert dyno.cpus > 0
