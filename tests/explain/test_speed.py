"""A long log is read quickly, and in little memory, however different its lines are."""

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


def test_five_megabytes_a_second() -> None:
    chunks = list(distinct_lines(4 * MEGABYTE))
    explain_chunks(chunks[:10])
    began = time.process_time()
    explanation = explain_chunks(chunks)
    spent_s = time.process_time() - began
    assert explanation.lines > 20_000
    assert sum(map(len, chunks)) / spent_s > 5 * MEGABYTE


def test_its_memory_does_not_grow_with_the_log() -> None:
    done = subprocess.run(
        [sys.executable, "-c", CHILD], cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert int(done.stdout) < 200 * 1024
