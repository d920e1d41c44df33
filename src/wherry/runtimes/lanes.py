"""How many callers had better run a model at once, and on how many copies of it.

Shared by what serves models and by what measures them as they would be served.
"""

# A model that answers within this is bound by Python, so that processes scale with the CPUs.
FAST_RUN_S = 0.001
# Of the memory limit, what all copies of one model may hold; more is better kept for other models
# and for the site.
COPIES_RATIO = 1 / 6
# Callers on one thread each, beyond one for each CPU: between two runs a caller waits for Python's
# lock, writes an answer and reads a request, and its CPU would have nothing to do for some 0.5 ms.
SPARE_LANES = 2
# Beside a run as long as this such a gap does not count, and what one more holds in memory does.
SPARE_LANES_RUN_S = 0.01


def run_lanes(cpus: int, run_s: float | None, *, processes: int = 1) -> int:
    """Return how many callers, each on one thread, had better run a model at once in a process.

    Of several processes on the same CPUs each has its share of callers and one more, for when the
    others have less to do: the kernel spreads connections among processes, not requests.
    """
    if processes > 1:
        return _share(cpus, processes) + 1
    short = cpus > 1 and run_s is not None and run_s < SPARE_LANES_RUN_S
    return cpus + SPARE_LANES if short else cpus


def _share(cpus: int, processes: int) -> int:
    """Return how many callers of each process it takes to keep all CPUs busy."""
    return -(-cpus // processes)


def fitting_copies(copy_bytes: int, limit_bytes: int) -> int:
    """Return how many copies of a model, in all processes, are small beside the memory there is."""
    return int(limit_bytes * COPIES_RATIO // max(1, copy_bytes))


def copies_each(cpus: int, run_s: float | None, *, fitting: int, processes: int = 1) -> int:
    """Return how many copies each process had better hold, where there is one for each CPU.

    ``fitting`` is how many fit in all.
    """
    lanes = run_lanes(cpus, run_s, processes=processes)
    return max(_share(cpus, processes), min(fitting // processes, lanes))
