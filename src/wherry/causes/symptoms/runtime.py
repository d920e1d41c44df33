"""Heroku's R codes: what happens to a dyno."""

from typing import Final

from wherry.causes import sources
from wherry.causes.symptom import Candidate, Symptom

_HEROKU: Final = frozenset(("heroku",))
_CEDAR: Final = frozenset(("heroku-cedar",))

SYMPTOMS: Final = (
    Symptom(
        code="R10",
        title="The web process did not bind $PORT in time",
        meaning="The dyno was started, and {heroku.boot_timeout_s} later nothing "
        "listened on $PORT. The lines before it decide why: an address "
        "that is printed, an import that is still running, a command that "
        "serves nothing.",
        candidates=(
            Candidate(
                "port-not-bound", "an address such as 127.0.0.1:5000 or another port is printed"
            ),
            Candidate(
                "slow-boot",
                "the last lines before it are imports, downloads or loading, and the port is right",
            ),
            Candidate("worker-declared-as-web", "the command is a bot, a poller or a task queue"),
            Candidate(
                "fork-after-model-load", "workers boot and hang, and gunicorn preloads the app"
            ),
        ),
        looks_like=(
            (
                "Error R10 (Boot timeout) -> Web process failed to bind to "
                "$PORT within 60 seconds of launch"
            ),
        ),
        sources=(sources.HEROKU_ERRORS, sources.LOGS),
        platforms=_HEROKU,
    ),
    Symptom(
        code="R12",
        title="Processes were killed because they did not end in time",
        meaning="{heroku.shutdown_grace_s} after SIGTERM something was still running. After a "
        "deploy or the daily restart this loses the requests that were being answered.",
        candidates=(
            Candidate("shutdown-ignored-sigterm", "it comes with every restart"),
            Candidate("request-timeout-h12", "long requests were running at that moment"),
            Candidate("fork-after-model-load", "workers hung already before the restart"),
        ),
        looks_like=(
            "Error R12 (Exit timeout) -> Process failed to exit within 30 seconds of SIGTERM",
        ),
        sources=(sources.HEROKU_ERRORS,),
        platforms=_HEROKU,
    ),
    Symptom(
        code="R14",
        title="The dyno holds more than its memory quota, and swaps",
        meaning="A warning, repeated about every {heroku.memory_sample_s}: the app "
        "goes on, slowly. It counts swap, anonymous memory and cache, of "
        "which the kernel drops the cache first.",
        candidates=(
            Candidate("memory-quota-exceeded", "nothing tells more"),
            Candidate("too-many-workers", "two or more workers boot, and each loads the model"),
            Candidate("memory-too-small", "one worker alone is above the quota from the start"),
            Candidate("memory-grows-with-requests", "mem= rises from line to line"),
            Candidate(
                "model-loaded-per-request",
                "it rises with each prediction, and the view loads the model",
            ),
        ),
        looks_like=("Process running mem=590M(115.3%)", "Error R14 (Memory quota exceeded)"),
        sources=(sources.HEROKU_ERRORS, sources.HEROKU_MEMORY),
        platforms=_CEDAR,
    ),
    Symptom(
        code="R15",
        title="The dyno was killed for memory",
        meaning="It reached the multiple of its quota at which Heroku stops it (twice on small "
        "dynos, 1.2 times on the largest, the quota itself in Private Spaces).",
        candidates=(
            Candidate("memory-limit-killed", "nothing tells more"),
            Candidate("too-many-workers", "two or more workers boot, and each loads the model"),
            Candidate("memory-too-small", "one worker alone is above the limit"),
            Candidate(
                "memory-grows-with-requests", "mem= rises from line to line until it happens"
            ),
            Candidate("memory-alloc-failed", "it happens at once, with one large request"),
        ),
        looks_like=(
            "Process running mem=1194M(233.2%)",
            "Error R15 (Memory quota vastly exceeded)",
        ),
        sources=(sources.HEROKU_ERRORS, sources.HEROKU_MEMORY),
        platforms=_CEDAR,
    ),
    Symptom(
        code="R13",
        title="A one-off dyno could not be attached to",
        meaning="`heroku run` lost its connection: a network between you and "
        "Heroku, or a dyno that never came up.",
        candidates=(
            Candidate("platform-incident", "it happens with `heroku run bash` too"),
            Candidate("start-command-not-found", "the command itself ends with 127 or 126"),
        ),
        looks_like=("Error R13 (Attach error) -> Failed to attach to process",),
        sources=(sources.HEROKU_ERRORS,),
        platforms=_HEROKU,
        aliases=("R16",),
    ),
    Symptom(
        code="R99",
        title="The platform's own error",
        meaning="R17 (a damaged slug) and R99 are Heroku's; nothing in the project causes them.",
        candidates=(Candidate("platform-incident", "the code itself"),),
        looks_like=(
            "Error R99 (Platform error) -> Failed to launch the dyno within 10 seconds",
            "Error R17 (Checksum error) -> Checksum does match expected value.",
        ),
        sources=(sources.HEROKU_ERRORS,),
        platforms=_HEROKU,
        aliases=("R17",),
    ),
    Symptom(
        code="L10",
        title="Log lines were dropped",
        meaning="The app writes faster than the lines are carried away. L11 to L15 are other "
        "places where lines get lost; what decides may be missing.",
        candidates=(Candidate("logs-dropped", "the code itself"),),
        looks_like=(
            (
                "Error L10 (output buffer overflow): 500 messages dropped "
                "since 2026-04-17T19:04:46+00:00."
            ),
        ),
        sources=(sources.HEROKU_ERRORS,),
        platforms=_HEROKU,
        aliases=("L11", "L12", "L13", "L14", "L15"),
    ),
)
