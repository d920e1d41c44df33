"""When processes sleep, stop or run out of hours."""

from typing import Final

from wherry.causes import sources
from wherry.causes.cause import Cause, Check, Severity, edit, run

_HEROKU: Final = frozenset(("heroku",))

CAUSES: Final = (
    Cause(
        code="WH702",
        name="asleep-cold-start",
        title="The app had gone to sleep, and the first visitor waits for its start",
        severity=Severity.NOTE,
        why="Eco dynos stop after {heroku.sleep_after_s} without a request, "
        "Render's free instances after {render.sleep_after_s}, and Cloud Run, "
        "Railway and Fly.io go to zero where they are told to. With TensorFlow "
        "the start takes half a minute or more.",
        looks_like=(
            "Idling",
            "State changed from up to down",
            "Unidling",
            "State changed from down to starting",
        ),
        platforms=frozenset(("heroku", "render", "railway", "fly", "cloud-run")),
        noise=True,
        remedies=(
            run(
                "Make the start short.",
                "wherry shrink {model|model.keras} -o {bundle|model.bundle}",
            ),
            run(
                "Or take a dyno that does not sleep.", "heroku ps:type web=basic", on="heroku-cedar"
            ),
            run(
                "Or keep one instance.",
                "gcloud run services update {app|SERVICE} --min-instances 1",
                on="cloud-run",
            ),
            edit(
                "Or keep one machine.",
                "fly.toml",
                "[http_service]\n  min_machines_running = 1",
                on="fly",
            ),
            edit(
                "Or take a plan that does not sleep.", "render.yaml", "plan: starter", on="render"
            ),
        ),
        check=Check("How long a start takes:", ("heroku logs --tail",)),
        sources=(sources.HEROKU_SLEEP, sources.RENDER_FREE),
        related=("slow-boot", "first-request-loads-model"),
    ),
    Cause(
        code="WH703",
        name="dyno-hours-exhausted",
        title="The account's eco dyno hours are used up",
        severity=Severity.ERROR,
        why="All eco dynos of an account share {heroku.eco_pool_hours} hours a "
        "month; when they are gone, every one of them stops until the month "
        "turns.",
        looks_like=(
            (
                'at=info code=H82 desc="You\'ve used up your dyno hour pool" '
                'method=GET path="/" status=503'
            ),
        ),
        platforms=_HEROKU,
        remedies=(
            run(
                "Take a dyno that is paid by itself.", "heroku ps:type web=basic", on="heroku-cedar"
            ),
            run("See which apps use them.", "heroku ps --app {app|APP}", on="heroku"),
        ),
        check=Check("Hours left:", ("heroku ps",)),
        sources=(sources.HEROKU_ERRORS, sources.HEROKU_DYNOS),
        related=("asleep-cold-start", "account-or-billing"),
    ),
    Cause(
        code="WH704",
        name="shutdown-ignored-sigterm",
        title="A process does not end when it is told to, and is killed",
        severity=Severity.WARNING,
        why="On SIGTERM it has {heroku.shutdown_grace_s} on Heroku, {fly.shutdown_grace_s} on "
        "Fly.io, none on Railway unless it is given some. A shell script that started the server "
        "without exec does not pass the signal on, and a prediction or a task that runs longer is "
        "lost.",
        looks_like=(
            (
                "Error R12 (Exit timeout) -> At least one process failed to "
                "exit within 30 seconds of SIGTERM"
            ),
            "Stopping remaining processes with SIGKILL",
        ),
        remedies=(
            edit(
                "Replace the shell by the server.",
                "{script|start.sh}",
                "exec gunicorn {project|mysite}.wsgi",
            ),
            edit(
                "Let requests end in time.",
                "Procfile",
                "web: gunicorn --graceful-timeout 25 {project|mysite}.wsgi",
            ),
            run(
                "On Railway, give it time at all.",
                "railway variables --set RAILWAY_DEPLOYMENT_DRAINING_SECONDS=30",
                on="railway",
            ),
            edit(
                "On Fly.io, give it more.",
                "fly.toml",
                'kill_signal = "SIGTERM"\nkill_timeout = 30',
                on="fly",
            ),
        ),
        check=Check("It ends within seconds:", ("heroku ps:restart web", "heroku logs --tail")),
        sources=(sources.HEROKU_ERRORS, sources.FLY_CONFIG),
        related=("daily-restart", "restart-after-change"),
    ),
)
