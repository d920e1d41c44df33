"""Connections that end before the answer does."""

from typing import Final

from wherry.causes import sources
from wherry.causes.cause import Cause, Check, Severity, edit, run

_SERVE: Final = edit(
    "Or let Wherry hold the model: loaded once, warmed up, before the first request.",
    "{settings|settings.py}",
    'WHERRY = {"MODELS": {"{name|model}": BASE_DIR / "{bundle|model.bundle}"}}',
    "wherry shrink {model|model.keras} -o {bundle|model.bundle}",
    needs="wherry.django in INSTALLED_APPS",
    pythons="3.12-3.14",
)

CAUSES: Final = (
    Cause(
        code="WH403",
        name="worker-killed-h13",
        title="The worker died in the middle of the request",
        severity=Severity.ERROR,
        why="The dyno took the connection and closed it without a byte. Well under "
        "{heroku.request_timeout_s} that is a worker that was killed: by gunicorn's own time-out, "
        "for memory, or by a crash in native code (signal 11 or 6). A server that closes idle "
        "connections early does the same to a few requests.",
        looks_like=(
            (
                'at=error code=H13 desc="Connection closed without response" '
                'method=POST path="/predict" dyno=web.1 connect=1ms '
                "service=9767ms status=503 bytes=0"
            ),
            ("upstream prematurely closed connection while reading response header from upstream"),
        ),
        platforms=frozenset(("heroku", "dokku", "render", "railway", "fly", "cloud-run")),
        remedies=(
            edit(
                "Let gunicorn wait as long as the router does.",
                "Procfile",
                "web: gunicorn --timeout 35 --workers 1 --threads 4 {project|mysite}.wsgi",
                on="heroku",
            ),
            edit(
                "Refuse uploads that are larger than the model needs.",
                "{settings|settings.py}",
                "DATA_UPLOAD_MAX_MEMORY_SIZE = 5_000_000",
            ),
            _SERVE,
        ),
        check=Check("What the dyno says at that second:", ("heroku logs --tail",)),
        sources=(sources.HEROKU_ERRORS, sources.HEROKU_ROUTING, sources.LOGS),
        related=(
            "gunicorn-worker-timeout",
            "memory-limit-killed",
            "keep-alive-shorter-than-router",
            "fork-unsafe-segfault",
        ),
    ),
    Cause(
        code="WH404",
        name="server-closed-early-h18",
        title="The server ended the connection before the request was done",
        severity=Severity.WARNING,
        why="`sock=backend`: the dyno's side closed while a body was still coming in or an answer "
        "was going out. A view that answers without reading its upload, an exception in a "
        "stream, or a restart does so.",
        looks_like=(
            (
                'sock=backend at=error code=H18 desc="Server Request '
                'Interrupted" method=POST path="/upload" dyno=web.1 '
                "connect=1ms service=2109ms status=503 bytes=0"
            ),
        ),
        platforms=frozenset(("heroku",)),
        remedies=(
            edit(
                "Read the whole body before you answer.",
                "{code_file|views.py}",
                "data = request.body",
            ),
            edit(
                "Let the browser send large files to object storage itself.",
                "{code_file|views.py}",
                "url = s3.generate_presigned_post(bucket, key)",
            ),
            edit(
                "Use threads, so that one slow upload does not hold the worker.",
                "Procfile",
                "web: gunicorn --workers 1 --threads 4 {project|mysite}.wsgi",
            ),
        ),
        check=Check(
            "Large uploads end with an answer:",
            ("curl -F file=@{file|large.jpg} {url|http://127.0.0.1:8000/upload}",),
        ),
        sources=(sources.HEROKU_ERRORS, sources.HEROKU_ROUTING, sources.LOGS),
        related=("worker-killed-h13", "keep-alive-shorter-than-router", "upload-too-large"),
    ),
    Cause(
        code="WH419",
        name="keep-alive-shorter-than-router",
        title="The server closes idle connections before the router does",
        severity=Severity.WARNING,
        why="Heroku's Router 2.0 keeps a connection to the dyno for "
        "{heroku.router_idle_s} and uses it again. A server that closes it "
        "earlier (uvicorn after 5 s) sometimes does so at the moment of the "
        "next request, which fails with H13 or H18. gunicorn's sync workers "
        "keep none, and are safe.",
        looks_like=(
            (
                'at=error code=H13 desc="Connection closed without response" '
                "connect=0ms service=1ms status=503 bytes=0"
            ),
        ),
        platforms=frozenset(("heroku",)),
        remedies=(
            edit(
                "Keep them longer than the router (uvicorn).",
                "Procfile",
                "web: uvicorn --host 0.0.0.0 --port $PORT --timeout-keep-alive 95 "
                "{project|mysite}.asgi:application",
                on="heroku-cedar",
            ),
            edit(
                "Keep them longer than the router (gunicorn with threads).",
                "Procfile",
                "web: gunicorn --threads 4 --keep-alive 95 {project|mysite}.wsgi",
                on="heroku",
            ),
            run(
                "Or have the router open one for each request.",
                "heroku labs:enable http-disable-keepalive-to-dyno",
                on="heroku-cedar",
            ),
        ),
        check=Check(
            "No H13 of a few milliseconds is left:", ("heroku logs -n 1500 | grep code=H13",)
        ),
        sources=(sources.HEROKU_ROUTING,),
        related=("worker-killed-h13", "server-closed-early-h18"),
    ),
)
