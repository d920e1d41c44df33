"""The limits of a run: the platform's numbers, and a test's own in their place."""

from dataclasses import fields

import pytest

from wherry.errors import ConfigurationError
from wherry.platforms import hosts
from wherry.rehearse.overlay import Limits, limits_of, parse_overlay, settable

MIB = 1024 * 1024


def test_basic_has_the_platform_s_numbers() -> None:
    limits = limits_of(hosts.get("heroku:basic"))
    assert limits.platform == "heroku:basic"
    assert limits.family == "heroku"
    assert limits.memory_bytes == 512 * MIB
    assert limits.kill_bytes == 1024 * MIB
    assert limits.logs_r14
    assert limits.swap
    assert limits.max_processes == 256
    assert limits.boot_timeout_s == 60
    assert limits.request_timeout_s == 30
    assert limits.shutdown_grace_s == 30
    assert limits.build_memory_bytes == 2560 * MIB


def test_a_disk_that_forgets_has_a_size_where_the_host_says_it() -> None:
    assert limits_of(hosts.get("railway:hobby")).disk_bytes == 100_000_000_000
    assert limits_of(hosts.get("railway:free")).disk_bytes == 1_000_000_000
    assert limits_of(hosts.get("heroku:basic")).disk_bytes is None


@pytest.mark.parametrize("name", hosts.names())
def test_every_size_of_every_host_has_limits(name: str) -> None:
    target = hosts.get(name)
    limits = limits_of(target)
    assert limits.memory_bytes == target.memory_bytes
    assert limits.kill_bytes == target.kill_bytes
    for field in fields(Limits):
        fact = target.find(field.name)
        value = getattr(limits, field.name)
        if fact is not None and isinstance(fact.value, int | float) and value is not None:
            assert value == fact.value, field.name


def test_what_is_no_number_is_no_limit() -> None:
    fir = limits_of(hosts.get("heroku:dyno-1c-0.5gb"))
    assert fir.slug_limit_bytes is None
    assert not fir.logs_r14
    assert fir.kill_bytes == fir.memory_bytes


def test_only_what_sleeps_sleeps() -> None:
    assert limits_of(hosts.get("heroku:eco")).sleep_after_s == 1800
    assert limits_of(hosts.get("heroku:basic")).sleep_after_s is None


def test_other_hosts_end_a_process_their_way() -> None:
    fly = limits_of(hosts.get("fly"))
    assert (fly.shutdown_signal, fly.shutdown_grace_s) == ("SIGINT", 5)
    assert limits_of(hosts.get("cloud-run")).filesystem == "in memory"


def test_an_overlay_takes_the_place_of_a_number() -> None:
    limits = limits_of(hosts.get("heroku:basic"), parse_overlay("boot_timeout_s=5, swap=1"))
    assert limits.boot_timeout_s == 5
    assert limits.request_timeout_s == 30
    whole = limits_of(hosts.get("heroku:basic"), {"max_processes": 16.0})
    assert whole.max_processes == 16
    assert isinstance(whole.max_processes, int)


@pytest.mark.parametrize(
    "text", ["boot_timeout_s", "boot_timeout_s=", "a=b", "x=-1", "x=nan", "x=0"]
)
def test_an_overlay_that_is_none_is_refused(text: str) -> None:
    with pytest.raises(ConfigurationError, match="no limit with a number"):
        parse_overlay(text)


@pytest.mark.parametrize("name", ["boot_timeout", "platform", "shutdown_signal"])
def test_an_unknown_limit_is_refused_with_those_that_there_are(name: str) -> None:
    with pytest.raises(ConfigurationError, match="boot_timeout_s"):
        limits_of(hosts.get("heroku:basic"), {name: 5})
    assert name not in settable()


def test_no_overlay_is_none() -> None:
    assert parse_overlay("") == {}
