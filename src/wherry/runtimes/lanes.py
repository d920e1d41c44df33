"""How many callers had better be let in to a model at once, and whether it is copied for them.

Shared by what serves models and by what measures them as they would be served.
"""

# A model that answers within this is bound by Python, so that processes scale with the CPUs.
FAST_RUN_S = 0.001
# Of the memory limit, what all copies of one model may hold; more is better kept for other models
# and for the site.
COPIES_RATIO = 1 / 6
# Callers beyond one for each CPU, whose runs are at hand when a CPU has done one: who has been
# answered takes some 0.5 ms of Python until it asks again.
SPARE_LANES = 2
# Beside a run as long as this such a gap does not count, and who waits in the queue can be refused.
SPARE_LANES_RUN_S = 0.1


def run_lanes(cpus: int, run_s: float | None) -> int:
    """Return how many callers had better be let in to a model that each CPU runs by itself."""
    short = cpus > 1 and run_s is not None and run_s < SPARE_LANES_RUN_S
    return cpus + SPARE_LANES if short else cpus


def fitting_copies(copy_bytes: int, limit_bytes: int) -> int:
    """Return how many copies of a model are small beside the memory there is."""
    return int(limit_bytes * COPIES_RATIO // max(1, copy_bytes))
