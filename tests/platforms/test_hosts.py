"""The platforms' numbers are read, are those of the fact file, and each says where it was read."""

import json
import re
import subprocess
import sys
from datetime import date

import pytest

from wherry.errors import ConfigurationError
from wherry.platforms import heroku, hosts
from wherry.platforms.facts import Fact, FactSource
from wherry.platforms.hosts import MIB, Target
from wherry.platforms.text import index_dict, render, render_table

GIB = 1024 * MIB
TARGETS = hosts.targets()
each_target = pytest.mark.parametrize("target", TARGETS, ids=[target.name for target in TARGETS])

# platforms.md, section 1a: memory, where it is killed, processes, CPUs seen, WEB_CONCURRENCY.
CEDAR = {
    "eco": (512 * MIB, GIB, 256, 8, 2),
    "basic": (512 * MIB, GIB, 256, 8, 2),
    "standard-1x": (512 * MIB, GIB, 256, 8, 2),
    "standard-2x": (GIB, 2 * GIB, 512, 8, 4),
    "performance-m": (2560 * MIB, 5 * GIB, 16384, 2, 5),
    "performance-l": (14 * GIB, 28 * GIB, 32768, 8, 17),
    "performance-l-ram": (30 * GIB, 36 * GIB, 16384, 4, 9),
    "performance-xl": (62 * GIB, 74 * GIB, 32768, 8, 17),
    "performance-2xl": (126 * GIB, 151 * GIB, 65536, 16, 33),
    "private-s": (GIB, GIB, 512, 2, 4),
    "private-m": (2560 * MIB, 2560 * MIB, 16384, 2, 5),
    "private-l": (14 * GIB, 14 * GIB, 32768, 8, 17),
    "shield-s": (GIB, GIB, 512, 2, 4),
    "shield-l": (14 * GIB, 14 * GIB, 32768, 8, 17),
}


@pytest.mark.parametrize(("name", "numbers"), CEDAR.items())
def test_cedar(name: str, numbers: tuple[int, int, int, int, int]) -> None:
    memory, killed, processes, cpus, workers = numbers
    target = hosts.get(f"heroku:{name}")
    assert target.memory_bytes == memory
    assert target.kill_bytes == pytest.approx(killed, rel=0.01)  # 62 to 74 GB is 1.2, nearly
    assert target.number("max_processes") == processes
    assert target.visible_cpus == cpus
    assert target.number("web_concurrency_default") == workers
    assert target.families == {"heroku", "heroku-cedar"}


def test_the_buildpack_s_rule_gives_its_number() -> None:
    """min(2 * cores + 1, memory / 256 MB), as vendor/WEB_CONCURRENCY.sh has it."""
    for name, (memory, _, _, cpus, workers) in CEDAR.items():
        assert min(2 * cpus + 1, memory // (256 * MIB)) == workers, name


def test_fir() -> None:
    target = hosts.get("heroku:dyno-2c-4gb")
    assert target.families == {"heroku", "heroku-fir"}
    assert target.memory_bytes == target.kill_bytes == 4 * GIB
    assert target.visible_cpus == 1.8
    assert "IPv6" in target.fact("port_rule").text
    assert target.number("slug_limit_bytes") is None
    assert target.fact("web_concurrency").value == "not set"


def test_every_size_of_fir() -> None:
    """90 % of the CPUs of its name, and the memory of its name."""
    sizes = [target for target in TARGETS if "heroku-fir" in target.families]
    assert len(sizes) == 17
    for target in sizes:
        cpus, memory = re.fullmatch(r"dyno-(\d+)c-([\d.]+)gb", target.size.name).groups()  # type: ignore[union-attr]
        assert target.visible_cpus == pytest.approx(0.9 * int(cpus))
        assert target.memory_bytes == float(memory) * GIB


@pytest.mark.parametrize(
    ("fact", "value"),
    [
        ("boot_timeout_s", 60),
        ("request_timeout_s", 30),
        ("idle_timeout_s", 55),
        ("boot_queue_s", 75),
        ("shutdown_grace_s", 30),
        ("router_idle_s", 90),
        ("slug_limit_bytes", 1_000_000_000),
        ("slug_soft_limit_bytes", 300_000_000),
        ("python_default", "3.14"),
        ("pythons", ("3.11", "3.12", "3.13", "3.14")),
        ("python_patches", ("3.10.21", "3.11.16", "3.12.14", "3.13.15", "3.14.7")),
        ("python_3_10_removed", "2027-01-06"),
        ("stacks", ("heroku-22", "heroku-24", "heroku-26")),
        ("release_timeout_s", 3600),
    ],
)
def test_what_heroku_does(fact: str, value: object) -> None:
    assert hosts.get("heroku").fact(fact).value == value


@pytest.mark.parametrize(
    ("name", "fact", "value"),
    [
        ("dokku", "shutdown_grace_s", 30),
        ("dokku", "request_timeout_s", 60),
        ("render", "shutdown_grace_s", 30),
        ("render", "memory_mib", 512),
        ("render", "visible_cpus", 0.15),
        ("render", "sleep_after_s", 900),
        ("railway", "boot_timeout_s", 300),
        ("railway", "shutdown_grace_s", 0),
        ("railway", "request_timeout_s", 900),
        ("railway", "image_limit_bytes", 4_000_000_000),
        ("fly", "memory_mib", 256),
        ("fly", "shutdown_signal", "SIGINT"),
        ("fly", "image_limit_bytes", 8_000_000_000),
        ("cloud-run", "boot_timeout_s", 240),
        ("cloud-run", "memory_mib", 512),
        ("cloud-run", "filesystem", "in memory"),
    ],
)
def test_what_others_do(name: str, fact: str, value: object) -> None:
    assert hosts.get(name).fact(fact).value == value


@pytest.mark.parametrize(
    ("name", "fact"),
    [
        ("render", "request_timeout_s"),
        ("fly", "request_timeout_s"),
        ("cloud-run", "shutdown_grace_s"),
        ("heroku", "build_timeout_s"),
        ("heroku:performance-l-ram", "max_processes"),
    ],
)
def test_what_no_source_confirms_says_so(name: str, fact: str) -> None:
    assert hosts.get(name).fact(fact).confirmed is False
    assert hosts.get(name).fact(fact).text.endswith("(unconfirmed)")


@each_target
def test_every_number_says_where_and_when_it_was_read(target: Target) -> None:
    for fact in target.facts.values():
        assert fact.source.title
        assert re.fullmatch(r"20\d\d-\d\d(-\d\d)?", fact.source.date)
        assert date.fromisoformat((fact.source.date + "-01")[:10]) <= date(2026, 11, 25)
        assert fact.source.url.startswith("https://") or not fact.source.url
        if fact.source.title == "No source found":
            assert not fact.confirmed


@each_target
def test_every_target_says_what_a_doctor_asks(target: Target) -> None:
    for name in ("shutdown_signal", "shutdown_grace_s", "request_timeout_s", "port_rule"):
        assert target.find(name)
    assert target.find("filesystem")
    assert target.find("gpu")
    if target.platform.name != "dokku":
        assert target.memory_bytes
        assert target.kill_bytes
        assert target.kill_bytes >= target.memory_bytes


@each_target
def test_its_name_finds_it(target: Target) -> None:
    assert hosts.get(target.name) == target
    assert hosts.get(target.name.upper()) == target


@pytest.mark.parametrize(
    ("name", "found"),
    [
        ("", "heroku:eco"),
        ("heroku", "heroku:eco"),
        ("standard-1x", "heroku:standard-1x"),
        ("heroku:hobby", "heroku:basic"),
        ("fly.io", "fly:shared-cpu-1x"),
        ("gcp", "cloud-run:512mi"),
        ("render.com:starter", "render:starter"),
    ],
)
def test_short_names(name: str, found: str) -> None:
    assert (hosts.get(name) if name else hosts.get()).name == found


@pytest.mark.parametrize(
    ("name", "told"),
    [
        ("herokku", "did you mean heroku"),
        ("heroku:standard-3x", "did you mean standard-2x or standard-1x"),
        ("render:huge", "the sizes are: free, starter, standard"),
        ("azure-functions-premium", "there are heroku, dokku, render, railway, fly, cloud-run"),
    ],
)
def test_an_unknown_name_is_told_what_is_near(name: str, told: str) -> None:
    with pytest.raises(ConfigurationError, match=told):
        hosts.get(name)


def test_the_default() -> None:
    assert hosts.DEFAULT == hosts.get().name == "heroku:eco"


def test_what_the_server_repeats_is_the_same() -> None:
    """It does not read the files, to start ten milliseconds earlier."""
    target = hosts.get("heroku")
    assert target.fact("router_idle_s").value == heroku.ROUTER_IDLE_S
    assert target.fact("request_timeout_s").value == heroku.ROUTER_TIMEOUT_S
    assert target.fact("shutdown_grace_s").value == heroku.SHUTDOWN_GRACE_S
    assert heroku.DEFAULT_DYNO == hosts.DEFAULT
    shared = [entry for entry in heroku.DYNO_TYPES.values() if entry.shared]
    assert max(entry.memory_bytes for entry in shared) == heroku.SHARED_DYNO_MAX_BYTES
    assert min(entry.memory_bytes for entry in shared) == heroku.SHARED_DYNO_BYTES_PER_SHARE


def test_dyno_types_are_those_of_the_file() -> None:
    assert list(heroku.DYNO_TYPES) == [
        target.size.name for target in TARGETS if target.platform.name == "heroku"
    ]
    assert len(heroku.DYNO_TYPES) == 38
    assert heroku.DYNO_TYPES["private-s"].kill_ratio == 1.0


def test_a_server_reads_no_file_of_platforms() -> None:
    code = (
        "import sys, wherry.platforms.heroku, wherry.platforms.limits;"
        "print(sorted({'tomllib', 'wherry.platforms.hosts'} & set(sys.modules)))"
    )
    told = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert told.stdout == "[]\n"


@pytest.mark.parametrize(
    ("name", "value", "text"),
    [
        ("boot_timeout_s", 60, "60 s"),
        ("sleep_after_s", 1800, "30 min"),
        ("restart_after_s", 86400, "24 h"),
        ("idle_timeout_s", 55, "55 s"),
        ("router_idle_s", 90, "90 s"),
        ("shutdown_grace_s", 0, "0 s"),
        ("slug_limit_bytes", 1_000_000_000, "1 GB"),
        ("cookie_bytes", 8192, "8.192 kB"),
        ("memory_mib", 512, "512 MB"),
        ("memory_mib", 2560, "2.5 GB"),
        ("kill_ratio", 1.2, "120%"),
        ("price_usd", 25, "$25"),
        ("swap", True, "yes"),
        ("max_processes", 16384, "16,384"),
        ("pythons", ("3.13", "3.14"), "3.13, 3.14"),
        ("router", "Router 2.0", "Router 2.0"),
    ],
)
def test_how_numbers_are_written(name: str, value: object, text: str) -> None:
    fact = Fact(name, value, FactSource("a page", "", "2026-11"))  # type: ignore[arg-type]
    assert fact.text == text


def test_the_table_has_every_size() -> None:
    table = render_table()
    for target in TARGETS:
        assert f"\n{target.name} " in table
    assert "heroku:eco                512 MB   200%" in table


def test_one_size_is_told_with_its_sources() -> None:
    told = render(hosts.get("heroku:eco"))
    assert "request_timeout_s" in told
    assert "https://devcenter.heroku.com/articles/request-timeout" in told


def test_json() -> None:
    told = index_dict()
    assert json.loads(json.dumps(told)) == told
    assert told["schema_version"] == 1
    assert told["default"] == "heroku:eco"
    eco = told["platforms"][0]
    assert eco["name"] == "heroku:eco"
    assert eco["memory_bytes"] == 512 * MIB
    assert eco["facts"]["request_timeout_s"]["value"] == 30
    assert eco["facts"]["request_timeout_s"]["source"]["date"] == "2024-05"
