"""More processes and threads than a small dyno allows."""

from collections.abc import Iterator
from typing import Final

from wherry.causes.cause import Severity
from wherry.doctor.rule import Context, Rule, found
from wherry.doctor.rules.estimates.workloads import situation
from wherry.estimate.threads import predict_threads
from wherry.findings import Evidence, Finding, How


def _check(context: Context) -> Iterator[Finding]:
    limit = context.target.number("max_processes")
    now = None if limit is None else situation(context)
    if limit is None or now is None:
        return
    guess = predict_threads(now.workload)
    if guess.low <= limit:
        return
    serving = now.workload.serving
    yield found(
        "thread-limit",
        now.server.at("threads" if serving.threads > serving.workers else "workers"),
        # Pools and request threads are started when they are first needed.
        severity=Severity.WARNING,
        values={"limit": f"{limit:.0f}"},
        evidence=(
            guess.evidence(limit),
            Evidence("workers", float(serving.workers), How.READ),
            Evidence("threads of each", float(serving.threads), How.READ),
        ),
    )


RULE: Final = Rule("thread-limit", ("thread-limit",), _check)
