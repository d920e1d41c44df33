"""The time that a log takes grows as it does, its memory does not, however different its lines."""

import subprocess
import sys
import time
from pathlib import Path

from benchmarks.explain.logs import distinct_lines

from wherry.explain.explain import explain_chunks

MEGABYTE = 1_000_000
ROOT = Path(__file__).parents[2]
# A process's ru_maxrss counts what its parent held when it was started; this does not.
CHILD = """
import re
from benchmarks.explain.logs import distinct_lines
from wherry.explain.explain import explain_chunks
explain_chunks(distinct_lines(20_000_000))
print(re.search(r"VmHWM:\\s+(\\d+) kB", open("/proc/self/status").read())[1])
"""


def spent_s(chunks: list[bytes]) -> float:
    """Return the CPU time that a log takes, the least of two tries."""
    tries = []
    for _ in range(2):
        began = time.process_time()
        assert explain_chunks(chunks).lines > 5_000
        tries.append(time.process_time() - began)
    return min(tries)


def test_four_times_the_log_takes_four_times_as_long() -> None:
    """How many megabytes a second that is, `scripts/bench explain` tells."""
    explain_chunks(distinct_lines(MEGABYTE // 10))
    once_s = spent_s(list(distinct_lines(MEGABYTE)))
    assert spent_s(list(distinct_lines(4 * MEGABYTE))) < 2 * 4 * once_s


def test_its_memory_does_not_grow_with_the_log() -> None:
    done = subprocess.run(
        [sys.executable, "-c", CHILD], cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert int(done.stdout) < 200 * 1024
