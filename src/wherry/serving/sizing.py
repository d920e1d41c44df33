"""How many processes and threads serve best here: from the limits and a measured worker.

Pure: the limits were read and the worker was measured elsewhere.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

from wherry.platforms.heroku import MIB
from wherry.platforms.limits import Limits
from wherry.runtimes.lanes import FAST_RUN_S, run_lanes

# Enough that pages of the site, and refusals, find a thread while a model runs and others wait
# for it; more cost memory and switches, and win nothing on the few CPUs of a small host. On many
# CPUs the runs of one model alone would take them all (16 CPUs, MobileNetV2, 48 clients: half of
# the pages took longer than 33 ms).
LEAST_THREADS = 16
# Threads that requests waiting for a model leave to the rest of the site.
SPARE_THREADS = 4
# Who wants more requests to wait than this has room for says how many threads there are to be.
MOST_THREADS = 256
# Of processes whose models answer in microseconds; one works, and the others are there for clients
# that are slow to send their requests.
FAST_THREADS = 8
MAX_PROCESSES = 4
# Of the memory limit, what workers may hold when they start: requests, caches and fragmentation
# take the rest. An estimate; Django workers seen at load grew by 10 to 25 %.
STARTING_RATIO = 0.75

SLOW = "while a model runs Python is free, so that the threads of one process share all CPUs"


@dataclass(frozen=True, slots=True)
class MeasuredWorker:
    """One worker with its models loaded.

    Attributes:
        anonymous_bytes: Its anonymous memory; what one more like it adds to a memory quota.
        run_s: Seconds of one warm run, by model; None for one that could not be warmed up.
        single: Models that are to be held by one process only, whatever they take.
    """

    anonymous_bytes: int
    run_s: Mapping[str, float | None] = field(default_factory=dict)
    single: frozenset[str] = frozenset()

    @property
    def slowest_run_s(self) -> float | None:
        """The slowest model's run; None without a model or without a measurement."""
        runs = [run for run in self.run_s.values() if run is not None]
        return max(runs) if runs and len(runs) == len(self.run_s) else None

    @property
    def is_fast(self) -> bool:
        """Whether there are models and Python takes longer over a request than any of them."""
        slowest = self.slowest_run_s
        return slowest is not None and slowest < FAST_RUN_S


@dataclass(frozen=True, slots=True)
class Wish:
    """What the owner asked for; None leaves it to us.

    Attributes:
        processes: How many.
        processes_from: Where that was said.
        threads: How many of each process.
        queued: The most requests that are to wait for one model.
    """

    processes: int | None = None
    processes_from: str = "--processes"
    threads: int | None = None
    queued: int = 0


@dataclass(frozen=True, slots=True)
class Plan:
    """What to run, why, and what is wrong with it.

    ``turns`` is whether the threads of a process had better take turns.
    """

    processes: int
    threads: int
    turns: bool
    reason: str
    warnings: tuple[str, ...] = ()


def run_threads(limits: Limits, processes: int) -> int:
    """Return how many threads one run of a model may use."""
    return max(1, int(limits.cpus) // processes)


def waiting_places(limits: Limits, wish: Wish, *, models: int) -> int:
    """Return how many requests of one process may wait for models while others run.

    Each holds a thread. Those that run, and some for the rest of the site, are left out.
    """
    threads = starting_threads(limits, wish)
    running = min(models * _most_lanes(limits, wish.processes or 1), threads // 2)
    spare = max(1, min(SPARE_THREADS, threads // 4))
    return max(0, threads - running - spare)


def _most_lanes(limits: Limits, processes: int) -> int:
    """Return how many requests of one process may run one model at once, or are next to."""
    return run_lanes(run_threads(limits, processes), 0.0)


def _slow_threads(limits: Limits, wish: Wish, processes: int) -> int:
    running = _most_lanes(limits, processes)
    # Else the setting for how many may wait would promise more than there are threads for.
    needed = min(running + wish.queued + SPARE_THREADS, MOST_THREADS)
    return max(LEAST_THREADS, 2 * running, needed)


def starting_threads(limits: Limits, wish: Wish) -> int:
    """Return the threads of a worker that cannot wait until its models have been timed."""
    return wish.threads or _slow_threads(limits, wish, wish.processes or 1)


def choose(
    limits: Limits, worker: MeasuredWorker, wish: Wish, *, running_threads: int | None = None
) -> Plan:
    """Choose processes and threads.

    ``running_threads`` is given where the worker could not wait and answers already, with so
    many threads as do not change any more.
    """
    fitting = _fitting(limits, worker)
    if wish.processes is not None:
        processes, why = wish.processes, f"{wish.processes_from}={wish.processes}"
    elif running_threads is not None and running_threads > 1:
        processes, why = 1, SLOW
    else:
        processes, why = _processes(limits, worker, fitting)
    fast = worker.is_fast
    threads = running_threads or wish.threads or _threads(limits, wish, processes, fast=fast)
    shown = f"{_count(processes, 'process', 'es')} x {_count(threads, 'thread')}"
    facts = ", ".join(_facts(limits, worker))
    return Plan(
        processes,
        threads,
        fast and running_threads is None,
        f"{shown}: {why} ({facts}).",
        _warnings(limits, worker, processes, fitting),
    )


def _fitting(limits: Limits, worker: MeasuredWorker) -> int | None:
    if limits.memory_bytes is None or worker.anonymous_bytes <= 0:
        return None
    return int(limits.memory_bytes * STARTING_RATIO // worker.anonymous_bytes)


def _processes(limits: Limits, worker: MeasuredWorker, fitting: int | None) -> tuple[int, str]:
    cpus = int(limits.cpus)
    if not worker.run_s:
        return 1, "no model is served"
    if worker.slowest_run_s is None:
        return 1, "not every model could be timed"
    if not worker.is_fast:
        return 1, SLOW
    if worker.single:
        return 1, f"{_quoted(worker.single)} is best held by one process"
    if cpus < 2:
        return 1, "one CPU would only be shared"
    wanted = min(cpus, MAX_PROCESSES)
    if fitting is not None and fitting < wanted:
        return max(1, fitting), "no more would fit into the memory"
    return wanted, "models this fast are bound by Python, and processes have one each"


def _threads(limits: Limits, wish: Wish, processes: int, *, fast: bool) -> int:
    return max(4, FAST_THREADS // processes) if fast else _slow_threads(limits, wish, processes)


def _warnings(
    limits: Limits, worker: MeasuredWorker, processes: int, fitting: int | None
) -> tuple[str, ...]:
    warnings = []
    if fitting is not None and processes > max(fitting, 1):
        warnings.append(
            f"{processes} processes of {_mib(worker.anonymous_bytes)} each leave too little of "
            f"the {_mib(limits.memory_bytes)} that this machine allows; {max(fitting, 1)} would "
            "fit."
        )
    elif fitting == 0:
        warnings.append(
            f"One worker holds {_mib(worker.anonymous_bytes)} when it starts, which leaves too "
            f"little of the {_mib(limits.memory_bytes)} that this machine allows. Serve smaller "
            "models or fewer, or choose a larger machine."
        )
    if processes > 1 and worker.single:
        warnings.append(
            f"{_quoted(worker.single)} is best held by one process: each of the {processes} "
            "holds all of it."
        )
    return tuple(warnings)


def _facts(limits: Limits, worker: MeasuredWorker) -> list[str]:
    facts = [f"a worker holds {_mib(worker.anonymous_bytes)}"]
    if limits.memory_bytes is not None:
        facts.append(f"the {limits.memory_source} allows {_mib(limits.memory_bytes)}")
    if worker.slowest_run_s is not None:
        facts.append(f"the slowest model takes {_duration(worker.slowest_run_s)}")
    facts.append(f"{limits.cpus:g} CPU{'' if limits.cpus == 1 else 's'} by {limits.cpus_source}")
    return facts


def _mib(size: int | None) -> str:
    return f"{(size or 0) / MIB:.0f} MiB"


def _duration(seconds: float) -> str:
    if seconds < 0.001:
        return f"{seconds * 1e6:.0f} us"
    return f"{seconds * 1e3:.1f} ms" if seconds < 1 else f"{seconds:.1f} s"


def _count(number: int, word: str, plural: str = "s") -> str:
    return f"{number} {word}{'' if number == 1 else plural}"


def _quoted(names: frozenset[str]) -> str:
    return ", ".join(repr(name) for name in sorted(names))
