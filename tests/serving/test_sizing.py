"""Processes and threads for machines and workers as they are met."""

from dataclasses import replace

import pytest

from wherry.platforms.limits import Limits
from wherry.runtimes.lanes import run_lanes
from wherry.serving.sizing import (
    LEAST_THREADS,
    MOST_THREADS,
    MeasuredWorker,
    Plan,
    Wish,
    choose,
    run_threads,
    starting_threads,
    waiting_places,
)

MIB = 1024 * 1024
SMALL = Limits(512 * MIB, "cgroup", 2.0, "affinity")
DIGITS = MeasuredWorker(45 * MIB, {"digits": 20e-6})
IMAGES = MeasuredWorker(80 * MIB, {"digits": 20e-6, "images": 0.006})
NOBODY_ASKED = Wish()


def numbers(plan: Plan) -> tuple[int, int]:
    return plan.processes, plan.threads


def test_fast_models_get_a_process_for_each_cpu() -> None:
    """They are bound by Python; threads are few and take turns."""
    plan = choose(SMALL, DIGITS, NOBODY_ASKED)
    assert numbers(plan) == (2, 4)
    assert plan.turns
    assert plan.warnings == ()


def test_one_slow_model_makes_it_one_process_with_many_threads() -> None:
    """Its runs leave Python free, and limits and queues stay in one place."""
    plan = choose(SMALL, IMAGES, NOBODY_ASKED)
    assert numbers(plan) == (1, 16)
    assert not plan.turns
    assert plan.warnings == ()


def test_site_without_models_gets_threads() -> None:
    """Nothing is known about it but that pages wait for databases."""
    plan = choose(SMALL, MeasuredWorker(30 * MIB), NOBODY_ASKED)
    assert numbers(plan) == (1, 16)
    assert "no model is served" in plan.reason


@pytest.mark.parametrize("cpus", [0.15, 0.9, 1.0, 1.8])
def test_less_than_two_cpus_are_one_process(cpus: float) -> None:
    """A second would only share what there is."""
    assert choose(replace(SMALL, cpus=cpus), DIGITS, NOBODY_ASKED).processes == 1


def test_processes_are_bounded() -> None:
    """Not one for each of 64 CPUs."""
    large = Limits(64 * 1024 * MIB, "cgroup", 64.0, "affinity")
    assert numbers(choose(large, DIGITS, NOBODY_ASKED)) == (4, 4)


def test_second_process_has_to_fit() -> None:
    """Two of 200 MiB leave a 512 MiB dyno no room to work in."""
    plan = choose(SMALL, replace(DIGITS, anonymous_bytes=200 * MIB), NOBODY_ASKED)
    assert plan.processes == 1
    assert "no more would fit into the memory" in plan.reason
    assert plan.warnings == ()


def test_worker_that_hardly_fits_is_a_warning() -> None:
    """It is started all the same: the platform may be lenient."""
    plan = choose(SMALL, replace(IMAGES, anonymous_bytes=450 * MIB), NOBODY_ASKED)
    assert plan.processes == 1
    assert "One worker holds 450 MiB when it starts" in plan.warnings[0]
    assert "512 MiB" in plan.warnings[0]


def test_model_for_one_process_only() -> None:
    """TensorFlow's libraries cost too much twice, and scale with threads."""
    plan = choose(SMALL, replace(DIGITS, single=frozenset({"digits"})), NOBODY_ASKED)
    assert plan.processes == 1
    assert "'digits' is best held by one process" in plan.reason


def test_model_that_could_not_be_timed() -> None:
    """No assumption is made in its favour."""
    plan = choose(SMALL, MeasuredWorker(45 * MIB, {"a": 1e-5, "b": None}), NOBODY_ASKED)
    assert numbers(plan) == (1, 16)


def test_unknown_limit_is_no_obstacle() -> None:
    """Where the machine does not tell, nothing is said about what fits."""
    plan = choose(Limits(None, "machine", 2.0, "affinity"), DIGITS, NOBODY_ASKED)
    assert plan.processes == 2
    assert plan.warnings == ()


def test_worker_that_answers_already_keeps_its_threads() -> None:
    """Slow to load, fast to run: too late to choose otherwise."""
    plan = choose(SMALL, DIGITS, NOBODY_ASKED, running_threads=16)
    assert numbers(plan) == (1, 16)
    assert not plan.turns


def test_what_was_asked_for_is_done() -> None:
    """And the line says who asked."""
    plan = choose(SMALL, IMAGES, Wish(3, "WEB_CONCURRENCY", 5))
    assert numbers(plan) == (3, 5)
    assert plan.reason.startswith("3 processes x 5 threads: WEB_CONCURRENCY=3 (")
    assert plan.warnings == ()


def test_what_was_asked_for_and_does_not_fit_is_done_with_a_warning() -> None:
    """With how many would fit."""
    plan = choose(SMALL, replace(IMAGES, anonymous_bytes=150 * MIB), Wish(4))
    assert plan.processes == 4
    assert "4 processes of 150 MiB each" in plan.warnings[0]
    assert "2 would fit" in plan.warnings[0]


def test_several_processes_for_a_model_of_one_are_a_warning() -> None:
    """Each holds all of it."""
    plan = choose(SMALL, replace(IMAGES, single=frozenset({"images"})), Wish(2))
    assert plan.processes == 2
    assert "'images' is best held by one process" in plan.warnings[0]


def test_the_reason_is_one_line_of_facts() -> None:
    """Golden text."""
    assert choose(SMALL, DIGITS, NOBODY_ASKED).reason == (
        "2 processes x 4 threads: models this fast are bound by Python, and processes have one "
        "each (a worker holds 45 MiB, the cgroup allows 512 MiB, the slowest model takes 20 us, "
        "2 CPUs by affinity)."
    )


@pytest.mark.parametrize(
    ("cpus", "processes", "expected"), [(2.0, 1, 2), (2.0, 2, 1), (0.5, 1, 1), (8.0, 2, 4)]
)
def test_one_run_gets_its_share_of_the_cpus(cpus: float, processes: int, expected: int) -> None:
    """All of them in one process, one each in several."""
    assert run_threads(replace(SMALL, cpus=cpus), processes) == expected


@pytest.mark.parametrize("threads", [1, 2, 4, 8, 16, 64])
@pytest.mark.parametrize("models", [1, 2, 5])
def test_models_never_hold_every_thread(threads: int, models: int) -> None:
    """Those that run and those that wait leave one for the site, where there are two."""
    places = waiting_places(SMALL, Wish(threads=threads), models=models)
    running = min(models * 2, threads // 2)
    assert places >= 0
    assert running + places < max(threads, 2)


def test_processes_asked_for_have_as_many_threads_as_those_that_are_chosen() -> None:
    """Eight clients of two processes were refused where the threads were divided among these."""
    for wish in (NOBODY_ASKED, Wish(processes=4)):
        assert starting_threads(SMALL, wish) == 16
    assert starting_threads(SMALL, Wish(processes=2, threads=9)) == 9
    assert numbers(choose(SMALL, IMAGES, Wish(processes=2))) == (2, 16)
    # One runs, four are the site's: of 8 that one process is given, all find a place.
    assert waiting_places(SMALL, Wish(processes=2), models=1) == 11


@pytest.mark.parametrize("queued", [0, 8, 40, 200])
@pytest.mark.parametrize("cpus", [1, 2, 8, 16])
def test_as_many_may_wait_as_the_owner_said(queued: int, cpus: int) -> None:
    """The default leaves a small host as it was."""
    limits = replace(SMALL, cpus=float(cpus))
    wish = Wish(queued=queued)
    threads = starting_threads(limits, wish)
    assert choose(limits, IMAGES, wish).threads == threads
    running = run_lanes(cpus, 0.006)
    assert queued <= waiting_places(limits, wish, models=1) < threads - running
    assert (threads == LEAST_THREADS) == (queued <= 8 and cpus <= 2)


def test_a_wish_for_a_crowd_has_an_end() -> None:
    """A thread for each of a million would take the memory of the host."""
    assert starting_threads(SMALL, Wish(queued=10**6)) == MOST_THREADS


@pytest.mark.parametrize(("cpus", "processes", "threads"), [(4, 1, 16), (16, 1, 36), (16, 4, 16)])
def test_on_many_cpus_there_are_threads_beyond_those_that_run(
    cpus: int, processes: int, threads: int
) -> None:
    """One model's runs alone took all 16 of one process on 16 CPUs, and pages waited for them."""
    large = Limits(64 * 1024 * MIB, "cgroup", float(cpus), "affinity")
    wish = NOBODY_ASKED if processes == 1 else Wish(processes)
    assert choose(large, IMAGES, wish).threads == starting_threads(large, wish) == threads
    running = run_lanes(run_threads(large, processes), 0.006)
    assert running + waiting_places(large, wish, models=1) < threads
