"""What a peer is told of the work, through ``BENCH_WORK`` (see ``works.Work.write``)."""

import json
import os

WORK = json.loads(os.environ["BENCH_WORK"])
MODEL: str = WORK["model"]
SHAPE: tuple[int, ...] = tuple(WORK["shape"])
THREADS: int = WORK["threads"]
"""For peers with one process that runs the model: one thread where it answers in microseconds."""
