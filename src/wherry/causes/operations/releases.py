"""Releases, and processes that nobody started."""

from typing import Final

from wherry.causes import sources
from wherry.causes.cause import Cause, Check, Severity, edit, run

_HEROKU: Final = frozenset(("heroku",))

CAUSES: Final = (
    Cause(
        code="WH701",
        name="release-phase-failed",
        title="The release command failed: the old release goes on running",
        severity=Severity.ERROR,
        why="{command|The command} in the Procfile's `release:` line ended with an error, so that "
        "nothing was released although the build succeeded. Its own output tells why; usually a "
        "migration, or a variable that is not set.",
        looks_like=(
            (
                " !     Release command declared: this new release will not be "
                "available until the command succeeds."
            ),
            "remote: !     Release command failed",
            "release command failed",
        ),
        platforms=frozenset(("heroku", "dokku", "fly")),
        remedies=(
            run("Read what it said, and mend that.", "heroku releases:output", on="heroku"),
            run("Try it by hand.", "heroku run -- python manage.py migrate --noinput", on="heroku"),
            run("Read what it said, and mend that.", "dokku logs {app|APP} --num 200", on="dokku"),
            run("Read what it said, and mend that.", "fly logs", on="fly"),
        ),
        check=Check("The newest release did not fail:", ("heroku releases -n 3",)),
        sources=(sources.HEROKU_RELEASE,),
        related=("migrations-not-run", "env-var-missing"),
    ),
    Cause(
        code="WH705",
        name="maintenance-mode",
        title="Maintenance mode is on",
        severity=Severity.NOTE,
        why="Somebody switched it on; every request is answered with 503 until it is off again.",
        looks_like=('at=info code=H80 desc="Maintenance mode" method=GET path="/" status=503',),
        platforms=_HEROKU,
        remedies=(run("Switch it off.", "heroku maintenance:off", on="heroku"),),
        check=Check("It is off:", ("heroku maintenance",)),
        sources=(sources.HEROKU_ERRORS,),
        related=("no-release-yet",),
    ),
    Cause(
        code="WH706",
        name="no-release-yet",
        title="Nothing has been deployed yet",
        severity=Severity.ERROR,
        why="The app exists and holds no code: the first push has not happened, went to another "
        "branch or app, or its build failed.",
        looks_like=('at=info code=H81 desc="Blank app" method=GET path="/" status=503',),
        platforms=_HEROKU,
        remedies=(run("Push.", "git push heroku HEAD:main", on="heroku"),),
        check=Check("There is a release:", ("heroku releases",)),
        sources=(sources.HEROKU_ERRORS,),
        related=("pushed-branch-not-built", "no-web-process"),
    ),
    Cause(
        code="WH708",
        name="task-worker-not-scaled",
        title="Tasks are queued, and no worker takes them",
        severity=Severity.WARNING,
        why="The Procfile has {process|a worker line}, but Heroku starts only web by itself; or "
        "there is no such line, and the queue is never read.",
        platforms=frozenset(("heroku", "dokku")),
        remedies=(
            run("Start one.", "heroku ps:scale {process|worker}=1", on="heroku"),
            run("Start one.", "dokku ps:scale {app|APP} {process|worker}=1", on="dokku"),
            edit(
                "Declare it first, if it is missing.",
                "Procfile",
                "worker: celery -A {project|mysite} worker --concurrency 1",
            ),
        ),
        check=Check("It is up:", ("heroku ps",)),
        sources=(sources.HEROKU_PROCESSES,),
        related=("worker-declared-as-web", "web-scaled-to-zero"),
    ),
)
