"""Pools of threads for every processor that a shared dyno shows, in several workers."""

import re
from collections.abc import Iterator
from typing import Final

from wherry.causes.cause import Severity
from wherry.dependencies.tensorflow_table import NAMES as TENSORFLOW
from wherry.doctor.rule import Context, Rule, found
from wherry.doctor.rules.estimates.workers import workers_fit
from wherry.doctor.rules.estimates.workloads import Situation, situation
from wherry.estimate.threads import predict_threads
from wherry.findings import Confidence, Evidence, FileSpan, Finding, How

# Libraries that start a thread for each processor that they see.
_POOLED: Final = TENSORFLOW | {"torch"}
_SIZED: Final = re.compile(
    r"OMP_NUM_THREADS|MKL_NUM_THREADS|TF_NUM_INTRAOP_THREADS|intra_op_parallelism_threads|"
    r"set_intra_op_parallelism|set_num_threads"
)
_BY_MACHINE: Final = re.compile(
    r"(?:set_num_threads|set_num_interop_threads|set_int(?:ra|er)_op_parallelism_threads)\(\s*"
    r"(?:[\w.]+\.)?cpu_count\(\)"
    r"|\b(?:int(?:ra|er)_op_num_threads|num_threads)\s*=\s*(?:[\w.]+\.)?cpu_count\(\)"
)
_CROWD: Final = 4
_FILES: Final = ("Procfile", "app.json", "heroku.yml", ".profile", "Dockerfile")


def _check(context: Context) -> Iterator[Finding]:
    shown = context.target.number("visible_cpus")
    now = situation(context)
    if now is None or shown is None or context.target.platform.name != "heroku":
        return
    shared = context.target.find("shared")
    if shared is None or shared.value is not True or not now.loads:
        return
    counted = _counted(context)
    if counted is None and not _is_crowded(context, now):
        return
    yield found(
        "threads-oversubscribed",
        now.where if counted is None else counted,
        severity=Severity.NOTE,
        confidence=Confidence.MEDIUM,
        evidence=(
            predict_threads(now.workload).evidence(),
            Evidence("processors that the dyno shows", shown, How.READ),
            Evidence("workers", float(now.workload.serving.workers), How.READ),
        ),
    )


def _counted(context: Context) -> FileSpan | None:
    """Return where a pool is made as large as the machine looks: by ``os.cpu_count()``."""
    for path in sorted(context.project.code.served):
        text = context.project.text(path)
        match = None if text is None else _BY_MACHINE.search(text.content)
        if text is not None and match is not None:
            return text.at(text.content.count("\n", 0, match.end()) + 1)
    return None


def _is_crowded(context: Context, now: Situation) -> bool:
    """Whether several workers, that do fit, each start pools for the whole machine.

    Two or three are what nearly every site has, and do well enough. Where they do not fit, there
    will be one when that is mended.
    """
    work = now.workload
    if work.serving.workers < _CROWD or not _POOLED & (work.at_boot | work.at_request):
        return False
    return not _is_sized(context) and workers_fit(context, now)


def _is_sized(context: Context) -> bool:
    """Whether anything in the project says how many threads there are to be."""
    project = context.project
    sources = [source.path for source in project.code.sources.all]
    texts = [project.text(path) for path in (*_FILES, *sources)]
    return any(_SIZED.search(text.content) for text in texts if text is not None)


RULE: Final = Rule("processor-shares", ("threads-oversubscribed",), _check)
