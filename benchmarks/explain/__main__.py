"""How many megabytes of log `wherry explain` reads in a second, and in how much memory.

Run as ``scripts/bench explain [MEGABYTES]``.
"""

import resource
import sys
import time

from benchmarks.explain.logs import distinct_lines
from wherry.explain.explain import explain_chunks

MEGABYTE = 1_000_000


def main() -> None:
    """Print megabytes a second of processor time, and the most memory that was held."""
    megabytes = int(sys.argv[1]) if len(sys.argv) > 1 else 50
    chunks = list(distinct_lines(megabytes * MEGABYTE))
    read = sum(map(len, chunks))
    began = time.process_time()
    explanation = explain_chunks(chunks)
    spent_s = time.process_time() - began
    peak_mib = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(f"{read / MEGABYTE / spent_s:.1f} MB/s, {explanation.lines} lines, {peak_mib:.0f} MiB")


if __name__ == "__main__":
    main()
