"""What a model that was loaded for all CPUs leaves to other processes that serve it as well."""

from wherry.platforms.limits import read_limits
from wherry.runtimes.copies import Copies
from wherry.runtimes.lanes import copies_each, fitting_copies, run_lanes
from wherry.runtimes.pages import release_heap
from wherry.runtimes.protocol import LoadOptions
from wherry.serving.ready import Ready


def leave_part(ready: Ready, options: LoadOptions, held_bytes: int | None) -> None:
    """Let fewer callers in, and close the copies that nobody runs then.

    ``options`` tell how many processes there are; ``held_bytes`` is what the model holds.
    """
    lanes = _lanes(ready, options, held_bytes)
    ready.execution.admission.lanes = lanes
    if isinstance(ready.loaded, Copies):
        ready.loaded.keep(lanes)
        release_heap()


def spare_bytes(ready: Ready, options: LoadOptions, held_bytes: int | None) -> int:
    """Return about how much memory ``leave_part`` would give back."""
    if not isinstance(ready.loaded, Copies) or held_bytes is None:
        return 0
    copies = len(ready.loaded)
    return held_bytes * (copies - _lanes(ready, options, held_bytes)) // copies


def _lanes(ready: Ready, options: LoadOptions, held_bytes: int | None) -> int:
    loaded, cpus, processes = ready.loaded, options.threads, options.processes
    limit_bytes = read_limits().memory_bytes
    if not isinstance(loaded, Copies) or held_bytes is None or limit_bytes is None:
        lanes = run_lanes(cpus, None, processes=processes)
    else:
        fitting = fitting_copies(held_bytes // len(loaded), limit_bytes)
        lanes = copies_each(cpus, None, fitting=fitting, processes=processes)
    return min(ready.execution.admission.lanes, lanes)
