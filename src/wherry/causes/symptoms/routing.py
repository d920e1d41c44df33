"""Heroku's H codes: what the router saw."""

from typing import Final

from wherry.causes import sources
from wherry.causes.symptom import Candidate, Symptom

_HEROKU: Final = frozenset(("heroku",))
_ERRORS: Final = (sources.HEROKU_ERRORS, sources.HEROKU_ROUTING)


def _router(code: str, fields: str) -> tuple[str, ...]:
    return (f"at=error code={code} {fields}",)


SYMPTOMS: Final = (
    Symptom(
        code="H10",
        title="The app crashed: requests find no process",
        meaning="A consequence, never a reason. The process ended before; its last lines, from "
        "`Starting process` to `State changed from starting to crashed`, tell why.",
        candidates=(
            Candidate(
                "dependency-not-in-requirements", "a ModuleNotFoundError for a package of others"
            ),
            Candidate(
                "wsgi-module-not-found", "a ModuleNotFoundError for the project's own package"
            ),
            Candidate("gunicorn-not-installed", "`gunicorn: command not found`, status 127"),
            Candidate(
                "env-var-missing", "a KeyError or ImproperlyConfigured that names a variable"
            ),
            Candidate("port-not-bound", "an R10 before it, and a wrong address"),
            Candidate("slow-boot", "an R10 before it, and a right address"),
            Candidate("memory-limit-killed", "an R15 or status 137 before it"),
            Candidate("model-missing-from-git", "a FileNotFoundError for the model"),
            Candidate("application-error", "another exception in the project's own code"),
        ),
        looks_like=_router(
            "H10",
            'desc="App crashed" method=GET path="/" dyno= connect= service= status=503 bytes=',
        ),
        sources=_ERRORS,
        platforms=_HEROKU,
    ),
    Symptom(
        code="H11",
        title="More requests wait than the router holds",
        meaning="More than {heroku.queued_requests_per_dyno} for each web dyno were on their way: "
        "answers are too slow for the visitors that come.",
        candidates=(
            Candidate(
                "requests-queue-behind-prediction", "predictions take seconds, and workers are few"
            ),
            Candidate("model-loaded-per-request", "the view loads the model"),
            Candidate("outbound-call-without-timeout", "all workers wait for another server"),
        ),
        looks_like=_router("H11", 'desc="Backlog too deep" method=GET path="/" status=503'),
        sources=_ERRORS,
        platforms=_HEROKU,
    ),
    Symptom(
        code="H12",
        title="No answer began in time",
        meaning="Always at {heroku.request_timeout_s}, which cannot be changed. The app works on "
        "for nobody.",
        candidates=(
            Candidate("request-timeout-h12", "nothing tells more"),
            Candidate(
                "model-loaded-per-request", "the log shows the model being loaded with each request"
            ),
            Candidate("first-request-loads-model", "only the first request after a start"),
            Candidate(
                "requests-queue-behind-prediction",
                "quick pages and static files too, while predictions run",
            ),
            Candidate("fork-after-model-load", "every prediction, and gunicorn preloads the app"),
            Candidate("memory-quota-exceeded", "R14 at the same time: it swaps"),
            Candidate("outbound-call-without-timeout", "the view calls another server"),
            Candidate("training-in-request", "the view trains"),
            Candidate("tf-graph-thread", "the log names a graph or a session"),
        ),
        looks_like=_router(
            "H12",
            'desc="Request timeout" method=POST path="/predict" dyno=web.1 '
            "connect=1ms service=30000ms status=503 bytes=0",
        ),
        sources=(*_ERRORS, sources.HEROKU_TIMEOUT),
        platforms=_HEROKU,
    ),
    Symptom(
        code="H13",
        title="The connection was closed without an answer",
        meaning="Well under {heroku.request_timeout_s} it is the worker's death: gunicorn's own "
        "time-out, memory, or a crash. After a few milliseconds it is an idle connection that "
        "the server closed.",
        candidates=(
            Candidate("worker-killed-h13", "nothing tells more"),
            Candidate("gunicorn-worker-timeout", "WORKER TIMEOUT in the same second"),
            Candidate("memory-limit-killed", "signal 9 without WORKER TIMEOUT before it, or R15"),
            Candidate(
                "keep-alive-shorter-than-router", "service is a few milliseconds, now and then"
            ),
            Candidate("fork-unsafe-segfault", "signal 11"),
            Candidate("thread-limit", "signal 6, and pthread_create failed"),
        ),
        looks_like=_router(
            "H13",
            'desc="Connection closed without response" method=POST path="/predict" '
            "service=9767ms status=503 bytes=0",
        ),
        sources=_ERRORS,
        platforms=_HEROKU,
    ),
    Symptom(
        code="H14",
        title="No web process runs",
        meaning="Nothing was started to answer: there is no `web` in the Procfile, or zero of it.",
        candidates=(
            Candidate("no-web-process", "the build says `Procfile declares types -> (none)`"),
            Candidate("procfile-misnamed", "there is a file that is nearly called Procfile"),
            Candidate("web-scaled-to-zero", "`Scaled to web@0`, or the build names web"),
            Candidate("worker-declared-as-web", "only a worker is declared, and the app is a bot"),
        ),
        looks_like=_router("H14", 'desc="No web processes running" method=GET path="/" status=503'),
        sources=_ERRORS,
        platforms=_HEROKU,
    ),
    Symptom(
        code="H15",
        title="An answer began and then fell silent",
        meaning="Nothing moved for {heroku.idle_timeout_s} after the first byte.",
        candidates=(Candidate("stream-goes-silent", "the code itself"),),
        looks_like=_router("H15", 'desc="Idle connection" service=55449ms status=503 bytes=18'),
        sources=_ERRORS,
        platforms=_HEROKU,
        aliases=("H28",),
    ),
    Symptom(
        code="H17",
        title="The answer was not HTTP",
        meaning="The process that listens on $PORT speaks something else, or its status line is "
        "malformed.",
        candidates=(
            Candidate("wsgi-asgi-mixed-up", "the log names ASGIHandler or WSGIHandler"),
            Candidate("application-error", "the app writes headers by itself"),
        ),
        looks_like=_router("H17", 'desc="Poorly formatted HTTP response" status=503 bytes=0'),
        sources=_ERRORS,
        platforms=_HEROKU,
    ),
    Symptom(
        code="H18",
        title="The server ended the connection too early",
        meaning="`sock=backend`: the dyno closed while data was still moving.",
        candidates=(
            Candidate("server-closed-early-h18", "uploads, or answers that are streamed"),
            Candidate("keep-alive-shorter-than-router", "now and then, after a few milliseconds"),
            Candidate("gunicorn-worker-timeout", "WORKER TIMEOUT in the same second"),
            Candidate("restart-after-change", "only while dynos are restarted"),
        ),
        looks_like=(
            'sock=backend at=error code=H18 desc="Server Request Interrupted" status=503 bytes=0',
        ),
        sources=_ERRORS,
        platforms=_HEROKU,
    ),
    Symptom(
        code="H19",
        title="The dyno did not take the connection",
        meaning="No connection within {heroku.connect_timeout_s} (H19), refused (H21), or too many "
        "(H22): the process is busy, gone, or not yet there.",
        candidates=(
            Candidate("requests-queue-behind-prediction", "it is up, and all its workers compute"),
            Candidate("memory-quota-exceeded", "R14 at the same time: it swaps"),
            Candidate("restart-after-change", "only while dynos are restarted"),
        ),
        looks_like=_router(
            "H19", 'desc="Backend connection timeout" dyno=web.1 connect=5001ms service= status=503'
        ),
        sources=_ERRORS,
        platforms=_HEROKU,
        aliases=("H21", "H22"),
    ),
    Symptom(
        code="H20",
        title="A request waited for a dyno that did not start in time",
        meaning="The router held it for {heroku.boot_queue_s}, slug download included.",
        candidates=(
            Candidate("slow-boot", "the process was still importing or loading"),
            Candidate("port-not-bound", "an address that is not $PORT is printed"),
            Candidate("slug-too-large", "the start comes long after the request"),
            Candidate("asleep-cold-start", "`Unidling` before it"),
        ),
        looks_like=_router("H20", 'desc="App boot timeout" method=GET path="/" status=503'),
        sources=_ERRORS,
        platforms=_HEROKU,
    ),
    Symptom(
        code="H25",
        title="The response broke a limit of the router's",
        meaning="desc says which: an oversized cookie, header or status line, or a wrong length.",
        candidates=(
            Candidate("response-header-too-large", "`oversized cookie` or `oversized header`"),
            Candidate("application-error", "`invalid content length`"),
        ),
        looks_like=_router("H25", 'desc="HTTP restriction: oversized cookie" status=502'),
        sources=_ERRORS,
        platforms=_HEROKU,
    ),
    Symptom(
        code="H27",
        title="The visitor left",
        meaning="`sock=client`: the other side closed. Normal now and then.",
        candidates=(
            Candidate("client-left", "single ones, after any time"),
            Candidate("request-timeout-h12", "many, always after the same long time"),
        ),
        looks_like=(
            'sock=client at=warning code=H27 desc="Client Request Interrupted" status=499 bytes=0',
        ),
        sources=_ERRORS,
        platforms=_HEROKU,
    ),
    Symptom(
        code="H31",
        title="The domain does not belong to this app",
        meaning="Misdirected (H31), or a certificate of another name (H32).",
        candidates=(Candidate("custom-domain-misdirected", "the code itself"),),
        looks_like=_router("H31", 'desc="Misdirected Request" status=421'),
        sources=_ERRORS,
        platforms=_HEROKU,
        aliases=("H32",),
    ),
    Symptom(
        code="H80",
        title="Maintenance mode",
        meaning="Switched on by somebody of the app's.",
        candidates=(Candidate("maintenance-mode", "the code itself"),),
        looks_like=('at=info code=H80 desc="Maintenance mode" status=503',),
        sources=_ERRORS,
        platforms=_HEROKU,
    ),
    Symptom(
        code="H81",
        title="Nothing has been deployed",
        meaning="There is no release to run.",
        candidates=(
            Candidate("no-release-yet", "no build at all"),
            Candidate("pushed-branch-not-built", "the push says `skipping build`"),
        ),
        looks_like=('at=info code=H81 desc="Blank app" status=503',),
        sources=_ERRORS,
        platforms=_HEROKU,
    ),
    Symptom(
        code="H82",
        title="The eco dyno hours are used up",
        meaning="All eco dynos of the account stand still.",
        candidates=(Candidate("dyno-hours-exhausted", "the code itself"),),
        looks_like=('at=info code=H82 desc="Free dyno quota exhausted" status=503',),
        sources=_ERRORS,
        platforms=_HEROKU,
    ),
    Symptom(
        code="H99",
        title="The platform's own error",
        meaning="Heroku's failure, an announced one (H83), or every dyno was out of reach for "
        "{heroku.boot_queue_s}.",
        candidates=(
            Candidate("platform-incident", "status.heroku.com tells of one"),
            Candidate("requests-queue-behind-prediction", "H19 or H21 before it, on every dyno"),
        ),
        looks_like=_router("H99", 'desc="Platform error" status=503'),
        sources=_ERRORS,
        platforms=_HEROKU,
        aliases=("H83",),
    ),
)
