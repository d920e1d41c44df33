"""Which processes are declared, and how many run."""

from typing import Final

from wherry.causes import sources
from wherry.causes.cause import Cause, Check, Severity, edit, run

CAUSES: Final = (
    Cause(
        code="WH203",
        name="no-web-process",
        aliases=("procfile-missing",),
        title="Nothing says how to start the web process",
        severity=Severity.ERROR,
        why="Heroku's Python buildpack declares no process by itself: without a line `web:` in a "
        "Procfile at the root the app is built, released, and never started.",
        looks_like=(
            'at=error code=H14 desc="No web processes running" method=GET path="/"',
            "       Procfile declares types -> (none)",
            " \u203a   Error: Couldn't find that process type (web).",
        ),
        platforms=frozenset(("heroku", "dokku", "railway")),
        remedies=(
            edit(
                "Add it and push.",
                "Procfile",
                "web: gunicorn {project|mysite}.wsgi",
                "git add Procfile",
            ),
            edit(
                "Or, with models to serve:",
                "Procfile",
                "web: wherry serve {project|mysite}.wsgi",
                needs="wherry[serve] in the dependency file",
                pythons="3.12-3.14",
            ),
            run("If it is there, start one.", "heroku ps:scale web=1", on="heroku"),
        ),
        check=Check("The build names it: `Procfile declares types -> web`.", ("heroku ps",)),
        sources=(sources.HEROKU_ERRORS, sources.BUILDPACK, sources.LOGS, sources.PROJECTS),
        related=("web-scaled-to-zero", "procfile-misnamed", "worker-declared-as-web"),
    ),
    Cause(
        code="WH204",
        name="web-scaled-to-zero",
        title="No web process runs: web is scaled to zero",
        severity=Severity.ERROR,
        why="The Procfile is right, but the number of web dynos is 0: somebody scaled it down, the "
        "app was made without dynos (a pipeline, a review app), or a payment method is missing.",
        looks_like=(
            'at=error code=H14 desc="No web processes running" method=GET path="/"',
            "Scaled to web@0:Basic by user name@example.com",
        ),
        platforms=frozenset(("heroku", "dokku")),
        remedies=(
            run("Start one.", "heroku ps:scale web=1", on="heroku"),
            run("Start one.", "dokku ps:scale {app|APP} web=1", on="dokku"),
        ),
        check=Check("It is up:", ("heroku ps",)),
        sources=(sources.HEROKU_ERRORS, sources.LOGS),
        related=("no-web-process", "account-or-billing"),
    ),
    Cause(
        code="WH207",
        name="worker-declared-as-web",
        title="A program that listens to nothing is declared as web process",
        severity=Severity.ERROR,
        why="{command|A bot, a poller or a task queue} never binds a port. As `web` it is killed "
        "after {heroku.boot_timeout_s}, again and again, although it works.",
        looks_like=(
            "Starting process with command `python bot.py`",
            (
                "Error R10 (Boot timeout) -> Web process failed to bind to "
                "$PORT within 60 seconds of launch"
            ),
        ),
        remedies=(
            edit(
                "Declare it as what it is.",
                "Procfile",
                "worker: {command|python bot.py}",
                "heroku ps:scale web=0 worker=1",
                on="heroku",
            ),
            edit(
                "Declare it as what it is.",
                "Procfile",
                "worker: {command|python bot.py}",
                "dokku ps:scale {app|APP} web=0 worker=1",
                on="dokku",
            ),
            edit(
                "On Render it is a service of its own kind.",
                "render.yaml",
                "type: worker",
                on="render",
            ),
            edit(
                "On Fly.io it is a process without a service.",
                "fly.toml",
                '[processes]\n  worker = "{command|python bot.py}"',
                on="fly",
            ),
            edit(
                "On Railway, start it without a health check.",
                "railway.json",
                '{"deploy": {"startCommand": "{command|python bot.py}", "healthcheckPath": null}}',
                on="railway",
            ),
            run(
                "On Cloud Run it is a worker pool.",
                "gcloud beta run worker-pools deploy {app|SERVICE} --source .",
                on="cloud-run",
            ),
        ),
        check=Check("No R10 after a minute and a half:", ("heroku logs --tail",)),
        sources=(sources.HEROKU_ERRORS, sources.LOGS),
        related=("port-not-bound", "task-worker-not-scaled"),
    ),
    Cause(
        code="WH208",
        name="procfile-misnamed",
        title="The Procfile is called {file|something else}, or is not at the root",
        severity=Severity.ERROR,
        why="The file is `Procfile`, with that capital and nothing after it, at the root of the "
        "repository, in plain text. Windows likes to add .txt without showing it.",
        looks_like=(
            "       Procfile declares types -> (none)",
            'at=error code=H14 desc="No web processes running" method=GET path="/"',
        ),
        platforms=frozenset(("heroku", "dokku", "railway")),
        remedies=(run("Rename it.", "git mv {file|Procfile.txt} Procfile"),),
        check=Check("git tracks it under its right name:", ("git ls-files Procfile",)),
        sources=(sources.HEROKU_ERRORS,),
        related=("no-web-process",),
    ),
)
