"""Answers that come after the router, or gunicorn, has given up."""

from typing import Final

from wherry.causes import sources
from wherry.causes.cause import Cause, Check, Severity, edit

_ONCE: Final = (
    "from functools import cache\n\n\n@cache\ndef model():\n"
    '    return load_model(BASE_DIR / "{model|model.keras}")'
)
_SERVE: Final = edit(
    "Or let Wherry hold the model: loaded once, warmed up, before the first request.",
    "{settings|settings.py}",
    'WHERRY = {"MODELS": {"{name|model}": BASE_DIR / "{bundle|model.bundle}"}}',
    "wherry shrink {model|model.keras} -o {bundle|model.bundle}",
    needs="wherry.django in INSTALLED_APPS",
    pythons="3.12-3.14",
)
_SECOND: Final = Check(
    "The second request is as quick as the tenth:",
    ("curl -o /dev/null -s -w '%{time_starttransfer}\\n' {url|http://127.0.0.1:8000/predict}",),
)

CAUSES: Final = (
    Cause(
        code="WH401",
        name="request-timeout-h12",
        title="No answer began {limit:within *|before the host gave up waiting}",
        severity=Severity.ERROR,
        why="Heroku's router gives a request {heroku.request_timeout_s} until the "
        "first byte of its answer, and this cannot be changed; Cloud Run ends it "
        "after {cloud-run.request_timeout_s} and Dokku's nginx after "
        "{dokku.request_timeout_s} where nothing else is set. The app works on "
        "for nobody. Loading a model in the view, training, a large "
        "download or a queue in front of a single worker take that long.",
        looks_like=(
            (
                'at=error code=H12 desc="Request timeout" method=POST '
                'path="/predict" dyno=web.1 connect=1ms service=30000ms '
                "status=503 bytes=0"
            ),
            ("The request has been terminated because it has reached the maximum request timeout."),
        ),
        platforms=frozenset(("heroku", "dokku", "render", "railway", "fly", "cloud-run")),
        remedies=(
            edit("Load the model once, not in the request.", "{code_file|views.py}", _ONCE),
            _SERVE,
            edit(
                "Hand long work to a worker process, and answer with a job's number.",
                "Procfile",
                "worker: celery -A {project|mysite} worker --concurrency 1",
            ),
        ),
        check=_SECOND,
        sources=(
            sources.HEROKU_TIMEOUT,
            sources.HEROKU_ERRORS,
            sources.CLOUD_RUN_CONTRACT,
            sources.DOKKU_NGINX,
            sources.LOGS,
        ),
        related=(
            "model-loaded-per-request",
            "first-request-loads-model",
            "requests-queue-behind-prediction",
            "gunicorn-worker-timeout",
            "outbound-call-without-timeout",
        ),
    ),
    Cause(
        code="WH402",
        name="gunicorn-worker-timeout",
        title="gunicorn kills its worker: it was silent for {seconds|30 s}",
        severity=Severity.ERROR,
        why="A sync worker that works on one request for longer than --timeout (30 s by default) "
        'is taken for dead. "SIGKILL! Perhaps out of memory?" after it is only what gunicorn '
        "says of the worker that it killed itself. Where no request was running, the worker was "
        "still importing or hung after a fork.",
        looks_like=(
            "[CRITICAL] WORKER TIMEOUT (pid:13)",
            "[ERROR] Worker (pid:13) was sent SIGKILL! Perhaps out of memory?",
            "SystemExit: 1",
        ),
        remedies=(
            edit("Make the work shorter: load the model once.", "{code_file|views.py}", _ONCE),
            edit(
                "Use threads, so that the worker gives signs of life.",
                "Procfile",
                "web: gunicorn --workers 1 --threads 4 {project|mysite}.wsgi",
            ),
            edit(
                "Where the host waits longer than gunicorn, let gunicorn wait too.",
                "Procfile",
                "web: gunicorn --timeout 120 {project|mysite}.wsgi",
                on="dokku render railway fly cloud-run",
            ),
            _SERVE,
        ),
        check=_SECOND,
        sources=(sources.GUNICORN, sources.LOGS),
        related=(
            "request-timeout-h12",
            "worker-killed-h13",
            "memory-limit-killed",
            "fork-after-model-load",
        ),
    ),
    Cause(
        code="WH420",
        name="outbound-call-without-timeout",
        title="{call|A call to another server} waits for ever",
        severity=Severity.WARNING,
        why="requests and urllib wait without end unless they are told otherwise. When the other "
        "side hangs, so do all the workers, one by one, and the app no longer answers anybody.",
        looks_like=(
            (
                "requests.exceptions.ConnectionError: "
                "HTTPSConnectionPool(host='api.example.com', port=443): Max "
                "retries exceeded with url: /"
            ),
        ),
        remedies=(
            edit("Say how long.", "{code_file|views.py}", "requests.get(url, timeout=(3, 10))"),
        ),
        check=Check("Each call has a time-out:", ("ruff check --select S113 .",)),
        sources=(
            sources.page(
                "Requests: timeouts", "requests.readthedocs.io/en/latest/user/advanced/#timeouts"
            ),
        ),
        related=("request-timeout-h12", "third-party-service"),
    ),
    Cause(
        code="WH421",
        name="requests-queue-behind-prediction",
        title="One slow prediction holds up everybody else",
        severity=Severity.WARNING,
        why="A sync worker answers one request at a time, static files and the "
        "login page included. With {workers|one worker} and predictions of "
        "{seconds|some seconds}, a handful of visitors queue for longer than "
        "the router waits.",
        looks_like=(
            (
                'at=error code=H12 desc="Request timeout" method=GET '
                'path="/static/app.css" service=30000ms status=503'
            ),
        ),
        remedies=(
            edit(
                "Give the worker threads: runtimes release the interpreter while they compute.",
                "Procfile",
                "web: gunicorn --workers 1 --threads 4 {project|mysite}.wsgi",
            ),
            edit(
                "Or let Wherry queue, batch and refuse predictions apart from pages.",
                "Procfile",
                "web: wherry serve {project|mysite}.wsgi",
                needs="wherry[serve] in the dependency file",
                pythons="3.12-3.14",
            ),
        ),
        check=Check(
            "A page answers while predictions run:",
            ("curl -o /dev/null -s -w '%{time_total}\\n' {url|http://127.0.0.1:8000/}",),
        ),
        sources=(sources.GUNICORN_DESIGN, sources.HEROKU_TIMEOUT),
        related=("request-timeout-h12", "too-many-workers"),
    ),
)
