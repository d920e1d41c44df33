"""The memory guard: lets go, refuses, says so, and takes work again."""

import logging
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests import zoo
from wherry.errors import Overloaded
from wherry.platforms.usage import Usage
from wherry.serving.memory_guard import (
    CALM_LOOK_S,
    NEAR_LOOK_S,
    REFUSE_RATIO,
    TRIM_EVERY_S,
    MemoryGuard,
)
from wherry.serving.options import ModelOptions
from wherry.serving.repository import Repository

QUOTA = 1000


@pytest.fixture
def repository(tmp_path: Path) -> Iterator[Repository]:
    """A real model, loaded."""
    models = Repository({"dense": ModelOptions(path=zoo.dense(tmp_path / "d.onnx"), threads=1)})
    models.get("dense").load()
    yield models
    models.close()


class Machine:
    """Memory that a test decides; ``freed`` is what trimming gives back."""

    def __init__(self, repository: Repository) -> None:
        self.used, self.freed, self.trims, self.now = 300, 0, 0, 0.0
        self.guard = MemoryGuard(repository, self.usage, self.release)

    def usage(self) -> Usage | None:
        return Usage(self.used, QUOTA, "cgroup")

    def release(self) -> None:
        self.trims += 1
        self.used -= self.freed

    def look(self, used: int, *, after_s: float = 1.0) -> float:
        self.used = used
        self.now += after_s
        return self.guard.look(self.now)


@pytest.fixture
def machine(repository: Repository) -> Machine:
    """With its models loaded and little in use."""
    made = Machine(repository)
    made.look(300)
    return made


def predict(repository: Repository) -> None:
    repository.get("dense").predict([[1.0, 2.0, 3.0, 4.0]])


def test_far_from_the_quota_nothing_is_done_or_said(
    machine: Machine, repository: Repository, caplog: pytest.LogCaptureFixture
) -> None:
    """However often it is looked at."""
    assert machine.look(700) == CALM_LOOK_S
    assert machine.look(890) == NEAR_LOOK_S
    assert machine.trims == 0
    assert caplog.records == []
    predict(repository)


def test_near_the_quota_caches_go_first(
    machine: Machine, repository: Repository, caplog: pytest.LogCaptureFixture
) -> None:
    """And work goes on where that was enough."""
    machine.freed = 200
    machine.look(960)
    assert machine.trims == 1
    assert "Memory runs out" in caplog.text
    assert not machine.guard.refusing
    predict(repository)


def test_at_the_quota_new_work_is_refused_with_the_numbers(
    machine: Machine, repository: Repository, caplog: pytest.LogCaptureFixture
) -> None:
    """503 with Retry-After in the end, the log says it first, and readiness tells."""
    machine.look(960)
    assert "New predictions are refused" in caplog.text
    with pytest.raises(Overloaded, match="96%") as refused:
        predict(repository)
    assert refused.value.retry_after_s > 0
    assert not repository.ready


def test_work_is_taken_again_below_the_quota_and_not_at_once(
    machine: Machine, repository: Repository, caplog: pytest.LogCaptureFixture
) -> None:
    """Without flickering around the limit."""
    refusing = []
    for used in (960, 945, 920):
        machine.look(used)
        refusing.append(machine.guard.refusing)
    assert refusing == [True, True, False]
    predict(repository)
    assert repository.ready
    assert "answered again" in caplog.text


def test_it_is_said_once_and_trimmed_seldom(
    machine: Machine, caplog: pytest.LogCaptureFixture
) -> None:
    """A log full of the same line tells less."""
    for _ in range(20):
        machine.look(960, after_s=NEAR_LOOK_S)
    assert machine.trims == 1
    machine.look(960, after_s=TRIM_EVERY_S)
    assert machine.trims == 2
    assert len([each for each in caplog.records if each.levelno >= logging.ERROR]) == 1
    assert len(caplog.records) == 2


def test_models_that_fill_the_quota_by_themselves_are_not_refused_for_ever(
    repository: Repository,
) -> None:
    """Half of what is left is used before work is refused."""
    full = Machine(repository)
    refusing = []
    for used in (970, 990):
        full.look(used)
        refusing.append(full.guard.refusing)
    assert refusing == [False, True]
    assert full.guard.refuse_ratio > REFUSE_RATIO


def test_models_that_are_swapped_in_meanwhile_are_refused_too(
    machine: Machine, repository: Repository
) -> None:
    """At the next look."""
    machine.look(960)
    model = repository.make("dense", repository.get("dense").options)
    model.load()
    repository.put("dense", repository.shelves["dense"].with_other(model))
    machine.look(960, after_s=NEAR_LOOK_S)
    with pytest.raises(Overloaded):
        model.predict([[1.0, 2.0, 3.0, 4.0]])


def test_without_a_quota_nothing_is_ever_refused(
    repository: Repository, caplog: pytest.LogCaptureFixture
) -> None:
    """Nor trimmed, nor said."""
    guard = MemoryGuard(repository, lambda: None)
    assert guard.look(0.0) == CALM_LOOK_S
    predict(repository)
    assert caplog.records == []
