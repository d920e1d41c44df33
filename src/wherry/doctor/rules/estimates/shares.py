"""Pools of threads for every processor that a shared dyno shows, in several workers."""

import re
from collections.abc import Iterator
from typing import Final

from wherry.causes.cause import Severity
from wherry.dependencies.tensorflow_table import NAMES as TENSORFLOW
from wherry.doctor.rule import Context, Rule, found
from wherry.doctor.rules.estimates.workloads import situation
from wherry.estimate.threads import predict_threads
from wherry.findings import Confidence, Evidence, Finding, How

# Libraries that start a thread for each processor that they see.
_POOLED: Final = TENSORFLOW | {"torch"}
_SIZED: Final = re.compile(
    r"OMP_NUM_THREADS|MKL_NUM_THREADS|TF_NUM_INTRAOP_THREADS|intra_op_parallelism_threads|"
    r"set_intra_op_parallelism|set_num_threads"
)
_FILES: Final = ("Procfile", "app.json", "heroku.yml", ".profile", "Dockerfile")


def _check(context: Context) -> Iterator[Finding]:
    shown = context.target.number("visible_cpus")
    now = situation(context)
    if now is None or shown is None or context.target.platform.name != "heroku":
        return
    shared = context.target.find("shared")
    if shared is None or shared.value is not True or now.workload.serving.workers < 2:
        return
    work = now.workload
    if not _POOLED & (work.at_boot | work.at_request) or not now.loads or _is_sized(context):
        return
    yield found(
        "threads-oversubscribed",
        now.where,
        severity=Severity.WARNING,
        confidence=Confidence.MEDIUM,
        evidence=(
            predict_threads(work).evidence(),
            Evidence("processors that the dyno shows", shown, How.READ),
            Evidence("workers", float(work.serving.workers), How.READ),
        ),
    )


def _is_sized(context: Context) -> bool:
    """Whether anything in the project says how many threads there are to be."""
    project = context.project
    sources = [source.path for source in project.code.sources.all]
    texts = [project.text(path) for path in (*_FILES, *sources)]
    return any(_SIZED.search(text.content) for text in texts if text is not None)


RULE: Final = Rule("processor-shares", ("threads-oversubscribed",), _check)
