"""What counts say: R14 as often as the platform tells it, R15 once, limits once."""

from pathlib import Path

import pytest

from wherry.platforms import hosts
from wherry.platforms.hosts import MIB
from wherry.rehearse.dyno.cgroups import Usage
from wherry.rehearse.dyno.disk import Disk
from wherry.rehearse.dyno.memory import Count
from wherry.rehearse.dyno.voice import Voice
from wherry.rehearse.dyno.watching import Watch
from wherry.rehearse.events import Event, LimitPassed, LogLine, MemorySample
from wherry.rehearse.overlay import limits_of


class Kernel:
    """Counts what it is told to."""

    killed_for_memory = 0

    def count(self) -> Count:
        raise NotImplementedError  # the tests hand the counts in themselves

    def killed(self) -> int:
        return self.killed_for_memory


class Watched:
    def __init__(self, folder: Path, platform: str = "heroku:basic") -> None:
        self.events: list[Event] = []
        self.kills: list[str] = []
        self.now = 1000.0
        self.kernel = Kernel()
        self.refused = 0
        self.watch = Watch(
            voice=Voice("web.1", limits_of(hosts.get(platform)), self.events.append),
            meter=self.kernel,
            disk=Disk((folder,)),
            disk_bytes=100 * MIB,
            kill=self.kills.append,
            refused_tasks=lambda: self.refused,
            clock=lambda: self.now,
        )

    def count(
        self,
        mib: float,
        *,
        shared: float = 0.0,
        cache: float = 0.0,
        processes: int = 1,
        threads: int = 1,
        written: float = 0.0,
    ) -> None:
        usage = Usage(round(mib * MIB), round(shared * MIB), cache_bytes=round(cache * MIB))
        self.watch.judge(Count(usage, processes, threads), round(written * MIB))

    @property
    def log(self) -> list[str]:
        return [event.message for event in self.events if isinstance(event, LogLine)]

    @property
    def passed(self) -> list[str]:
        return [event.limit for event in self.events if isinstance(event, LimitPassed)]


@pytest.fixture
def watched(tmp_path: Path) -> Watched:
    return Watched(tmp_path)


def test_below_the_quota_nothing_is_said_however_large_the_cache(watched: Watched) -> None:
    for _ in range(100):
        watched.count(500, shared=11, cache=5000)
        watched.now += 1
    assert watched.log == []
    assert watched.kills == watched.passed == []


def test_above_the_quota_the_pair_of_lines_comes_every_twenty_seconds(watched: Watched) -> None:
    for _ in range(45 * 4):
        watched.count(871.9)
        watched.now += 0.25
    pair = ["Process running mem=871M(170.3%)", "Error R14 (Memory quota exceeded)"]
    assert watched.log == pair * 3
    assert watched.passed == ["memory"]
    assert watched.kills == []


def test_shared_memory_counts(watched: Watched) -> None:
    watched.count(400, shared=200)
    assert watched.log[0] == "Process running mem=600M(117.2%)"


def test_above_the_multiple_it_is_killed_once(watched: Watched) -> None:
    watched.count(1025)
    watched.count(1030)
    assert watched.log == [
        "Process running mem=1025M(200.2%)",
        "Error R15 (Memory quota vastly exceeded)",
        "Stopping process with SIGKILL",
    ]
    assert watched.kills == ["R15"]


def test_what_the_kernel_killed_was_at_the_limit_whatever_is_left_of_it(watched: Watched) -> None:
    watched.count(700)
    watched.kernel.killed_for_memory = 1
    watched.count(3)
    assert watched.log[-3:] == [
        "Process running mem=1024M(200.0%)",
        "Error R15 (Memory quota vastly exceeded)",
        "Stopping process with SIGKILL",
    ]
    assert watched.kills == ["R15"]


def test_private_dynos_have_no_r14(tmp_path: Path) -> None:
    watched = Watched(tmp_path, "heroku:private-s")
    watched.count(1000)
    assert watched.log == []
    watched.count(1025)
    assert watched.log[1:] == [
        "Error R15 (Memory quota vastly exceeded)",
        "Stopping process with SIGKILL",
    ]


def test_files_in_memory_count_on_cloud_run_only(tmp_path: Path) -> None:
    watched = Watched(tmp_path, "cloud-run:512mi")
    watched.count(450, written=79)
    assert watched.log[0].startswith("Memory limit of 512 MiB exceeded with 529 MiB used. ")
    assert watched.kills == ["R15"]
    elsewhere = Watched(tmp_path)
    elsewhere.count(450, written=79)
    assert elsewhere.log == []


def test_the_peak_is_kept(watched: Watched) -> None:
    for mib in (100, 400, 200):
        watched.count(mib)
    peak = watched.watch.peak
    assert peak is not None
    assert peak.total_bytes == 400 * MIB
    assert len([event for event in watched.events if isinstance(event, MemorySample)]) == 3


def test_a_dyno_without_processes_is_not_sampled(watched: Watched) -> None:
    watched.count(0, processes=0, threads=0)
    assert watched.events == []


def test_refused_threads_are_told_once(watched: Watched) -> None:
    watched.count(100, threads=255)
    assert watched.passed == []
    watched.refused = 3
    watched.count(100, threads=250)
    watched.refused = 9
    watched.count(100, threads=256)
    assert watched.passed == ["processes"]
    assert watched.kills == []


def test_an_app_run_wild_is_ended(watched: Watched) -> None:
    watched.count(100, threads=513)
    assert watched.kills == ["processes"]
    assert watched.log == ["Stopping process with SIGKILL"]


def test_who_fills_the_disk_is_ended_once(watched: Watched) -> None:
    watched.count(10, written=99)
    assert watched.kills == []
    watched.count(10, written=101)
    watched.count(10, written=500)
    assert watched.kills == ["disk"]
    assert watched.passed == ["disk"]
