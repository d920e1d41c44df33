"""The process starts, and is not there when the host looks for it."""

from typing import Final

from wherry.causes import sources
from wherry.causes.cause import Cause, Check, Severity, edit, run

_CONTAINERS: Final = "dokku render railway fly cloud-run"

CAUSES: Final = (
    Cause(
        code="WH220",
        name="port-not-bound",
        title="The server does not listen where the host looks for it{address:: it is on *|}",
        severity=Severity.ERROR,
        why="The host chooses the port and gives it as $PORT; it reaches the process from outside "
        "the container, so that 127.0.0.1 is nobody. A server that listens on 5000, 8000 or "
        "localhost runs well and is never found.",
        looks_like=(
            (
                "Error R10 (Boot timeout) -> Web process failed to bind to "
                "$PORT within 60 seconds of launch"
            ),
            " * Running on http://127.0.0.1:5000",
            "No open ports detected, continuing to scan...",
            (
                "WARNING The app is not listening on the expected address and "
                "will not be reachable by fly-proxy."
            ),
        ),
        remedies=(
            edit(
                "Say nothing: gunicorn reads $PORT by itself.",
                "Procfile",
                "web: gunicorn {project|mysite}.wsgi",
                on="heroku dokku",
            ),
            edit(
                "Name it where you must name an address.",
                "Dockerfile",
                "CMD gunicorn --bind 0.0.0.0:$PORT {project|mysite}.wsgi",
                on=_CONTAINERS,
            ),
            edit(
                "In your own code, read it.",
                "{code_file|app.py}",
                'app.run(host="0.0.0.0", port=int(os.environ["PORT"]))',
            ),
            edit(
                "On Fly.io, say which port the server has.",
                "fly.toml",
                "[http_service]\n  internal_port = {port|8080}",
                on="fly",
            ),
        ),
        check=Check(
            "It answers on the port that it is given:",
            ("PORT=8123 gunicorn {project|mysite}.wsgi & curl -I http://127.0.0.1:8123/",),
        ),
        sources=(
            sources.HEROKU_STARTUP,
            sources.HEROKU_ERRORS,
            sources.FLY_TROUBLE,
            sources.CLOUD_RUN_CONTRACT,
            sources.LOGS,
        ),
        related=(
            "slow-boot",
            "worker-declared-as-web",
            "ipv6-bind-on-fir",
            "runserver-in-production",
        ),
    ),
    Cause(
        code="WH221",
        name="slow-boot",
        title="The server listens too late{seconds:: after *|}",
        severity=Severity.ERROR,
        why="The port is right, but before it is bound the process imports TensorFlow (about 6 "
        "seconds warm, several times that on a cold shared CPU), loads or downloads the model, or "
        "migrates. Heroku waits {heroku.boot_timeout_s}.",
        looks_like=(
            (
                "Error R10 (Boot timeout) -> Web process failed to bind to "
                "$PORT within 60 seconds of launch"
            ),
            (
                "Port scan timeout reached, no open ports detected. Bind your "
                "service to at least one port."
            ),
            "1/1 replicas never became healthy!",
        ),
        remedies=(
            run(
                "Take what is slow out of the start: without TensorFlow the model "
                "is there in a second.",
                "wherry shrink {model|model.keras} -o {bundle|model.bundle}",
            ),
            edit(
                "Listen at once, and load behind a readiness gate.",
                "Procfile",
                "web: wherry serve {project|mysite}.wsgi",
                needs="wherry[serve] in the dependency file",
                pythons="3.12-3.14",
            ),
            edit(
                "Bring the weights along instead of downloading them.",
                "Dockerfile",
                "RUN python download_model.py",
                on=_CONTAINERS,
            ),
            edit(
                "Move migrations to the release phase.",
                "Procfile",
                "release: python manage.py migrate --noinput",
                on="heroku dokku",
            ),
            run(
                "On Railway, let it wait longer.",
                "railway variables --set RAILWAY_HEALTHCHECK_TIMEOUT_SEC=600",
                on="railway",
            ),
            edit(
                "On Fly.io, let the check wait.",
                "fly.toml",
                '[[http_service.checks]]\n  grace_period = "60s"\n  path = "/"',
                on="fly",
            ),
        ),
        check=Check(
            "How long the imports take:",
            (
                (
                    "python -X importtime -c 'import {project|mysite}.wsgi' "
                    "2>&1 | sort -t'|' -k2 -n | tail"
                ),
            ),
        ),
        sources=(
            sources.HEROKU_ERRORS,
            sources.RAILWAY_HEALTH,
            sources.RENDER_HEALTH,
            sources.MEASURED,
            sources.LOGS,
        ),
        related=(
            "port-not-bound",
            "model-loaded-at-import",
            "pretrained-weights-downloaded",
            "first-request-loads-model",
        ),
    ),
    Cause(
        code="WH269",
        name="port-in-use",
        title="Something else already listens on the port{port:: *|}",
        severity=Severity.ERROR,
        why="Only one process at a time can listen on an address. Either the start command starts "
        "two servers, or a server is started again while the one before it still runs: in the "
        "background, as a service, or because it did not end when it was told to.",
        looks_like=(
            "[ERROR] Connection in use: ('0.0.0.0', 8000)",
            "OSError: [Errno 98] Address already in use",
            "Error: That port is already in use.",
        ),
        remedies=(
            edit(
                "Start one server, and give a second one a process type of its own.",
                "Procfile",
                "web: gunicorn {project|mysite}.wsgi\nworker: python manage.py qcluster",
                on="heroku dokku",
            ),
            run(
                "On a machine of your own, see who has it, and stop that.",
                "ss -ltnp | grep :{port|8000}",
            ),
            edit(
                "Take the port that the host gives, and not a fixed one.",
                "{code_file|app.py}",
                'app.run(host="0.0.0.0", port=int(os.environ["PORT"]))',
            ),
        ),
        check=Check("Nothing is listed before the start:", ("ss -ltn | grep :{port|8000}",)),
        sources=(sources.LOGS,),
        related=("port-not-bound", "worker-declared-as-web"),
    ),
    Cause(
        code="WH224",
        name="ipv6-bind-on-fir",
        title="On Fir the server must listen on IPv6",
        severity=Severity.ERROR,
        why="Fir's router reaches a dyno over IPv6. gunicorn's default, 0.0.0.0, is IPv4 only.",
        looks_like=("[INFO] Listening at: http://0.0.0.0:5006 (1)",),
        platforms=frozenset(("heroku-fir",)),
        remedies=(
            edit(
                "Bind the address that stands for both.",
                "Procfile",
                'web: gunicorn --bind "[::]:$PORT" {project|mysite}.wsgi',
                on="heroku-fir",
            ),
            edit(
                "Or let Wherry, which binds every address.",
                "Procfile",
                "web: wherry serve {project|mysite}.wsgi",
                on="heroku-fir",
                needs="wherry[serve] in the dependency file",
                pythons="3.12-3.14",
            ),
        ),
        check=Check("The log says `Listening at: http://[::]`:", ("heroku logs --tail",)),
        sources=(sources.HEROKU_STARTUP,),
        related=("port-not-bound",),
    ),
)
