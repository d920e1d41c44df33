"""An app that takes longer to load than the server, or the host, waits for it."""

from collections.abc import Iterator
from typing import Final

from wherry.doctor.rule import Context, Rule, found
from wherry.doctor.rules.estimates.workloads import Situation, situation
from wherry.estimate.boot import predict_boot
from wherry.estimate.prediction import Prediction
from wherry.findings import Evidence, Finding, How

# Servers that listen once the app is loaded. gunicorn listens first, unless it preloads; granian
# and wherry always do.
_LISTENS_LATE: Final = frozenset(
    ("uvicorn", "daphne", "waitress", "hypercorn", "runserver", "flask", "script")
)
_GUNICORN_TIMEOUT_S: Final = 30.0  # gunicorn's own default


def _check(context: Context) -> Iterator[Finding]:
    now = situation(context)
    # What the processors are shared with others for is not told by how many are seen.
    if now is None or context.target.visible_cpus is None or _is_shared(context):
        return
    guess = predict_boot(now.workload)
    yield from _late(context, now, guess)
    yield from _killed(now, guess)


def _is_shared(context: Context) -> bool:
    fact = context.target.find("shared")
    return fact is not None and fact.value is True


def _late(context: Context, now: Situation, guess: Prediction) -> Iterator[Finding]:
    limit = context.target.number("boot_timeout_s")
    server = now.server
    late = server.kind in _LISTENS_LATE or (server.kind == "gunicorn" and server.preload)
    if limit is not None and late and guess.low > limit:
        yield found(
            "slow-boot",
            server.where,
            values={"seconds": f"about {guess.value:.0f} s"},
            evidence=(guess.evidence(limit),),
        )


def _killed(now: Situation, guess: Prediction) -> Iterator[Finding]:
    server = now.server
    if server.kind != "gunicorn" or server.preload or not server.config_read:
        return
    timeout_s = _GUNICORN_TIMEOUT_S if server.timeout_s is None else server.timeout_s
    if timeout_s and guess.low > timeout_s:
        yield found(
            "gunicorn-worker-timeout",
            server.at("timeout"),
            evidence=(
                guess.evidence(timeout_s),
                Evidence("gunicorn's timeout", timeout_s, How.READ, unit="s"),
            ),
        )


RULE: Final = Rule("time-to-start", ("slow-boot", "gunicorn-worker-timeout"), _check)
