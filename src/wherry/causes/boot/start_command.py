"""What the start command runs."""

from typing import Final

from wherry.causes import sources
from wherry.causes.cause import Cause, Check, Severity, edit, run

_LOCAL: Final = Check(
    "The very command of the Procfile runs here:",
    ("PORT=8000 gunicorn {project|mysite}.wsgi",),
)

CAUSES: Final = (
    Cause(
        code="WH209",
        name="settings-module-not-found",
        title="DJANGO_SETTINGS_MODULE names a module that is not there{module:: *|}",
        severity=Severity.ERROR,
        why="wsgi.py, manage.py, the Procfile and a config var may each name the settings, and the "
        "config var wins. Common reasons: a settings folder without the file that is named, a "
        "local settings file that git ignores, or a renamed project.",
        looks_like=(
            "ModuleNotFoundError: No module named 'mysite.settings.production'",
            (
                "django.core.exceptions.ImproperlyConfigured: Requested "
                "setting INSTALLED_APPS, but settings are not configured. You "
                "must either define the environment variable "
                "DJANGO_SETTINGS_MODULE or call settings.configure() before "
                "accessing settings."
            ),
        ),
        remedies=(
            run(
                "Correct the config var, or remove it.",
                "heroku config:set DJANGO_SETTINGS_MODULE={right|mysite.settings}",
                on="heroku",
            ),
            edit(
                "Name the right one where the server starts.",
                "{file|wsgi.py}",
                'os.environ.setdefault("DJANGO_SETTINGS_MODULE", "{right|mysite.settings}")',
            ),
        ),
        check=Check("The settings are found:", ("python manage.py diffsettings",)),
        sources=(sources.DJANGO_SETTINGS, sources.DJANGO_WSGI),
        related=("wsgi-module-not-found", "env-var-missing"),
    ),
    Cause(
        code="WH210",
        name="runserver-in-production",
        title="The start command is Django's development server",
        severity=Severity.WARNING,
        why="runserver starts two processes, each with its own copy of the model, to reload code "
        "that never changes here; it was never meant to face the internet. Without an address it "
        "also listens on 127.0.0.1 only.",
        looks_like=(
            "Watching for file changes with StatReloader",
            "Starting development server at http://0.0.0.0:8000/",
            "WARNING: This is a development server. Do not use it in a production setting.",
        ),
        remedies=(
            edit(
                "Start a server.",
                "Procfile",
                "web: gunicorn {project|mysite}.wsgi",
                needs="gunicorn in the dependency file",
            ),
            edit(
                "Or, with models to serve:",
                "Procfile",
                "web: wherry serve {project|mysite}.wsgi",
                needs="wherry[serve] in the dependency file",
                pythons="3.12-3.14",
            ),
        ),
        check=Check("The log no longer speaks of StatReloader:", ("heroku logs -n 100",)),
        sources=(sources.DJANGO_CHECKLIST,),
        related=("port-not-bound", "memory-limit-killed"),
    ),
    Cause(
        code="WH211",
        name="wsgi-asgi-mixed-up",
        title="A WSGI server is given an ASGI app, or the other way round",
        severity=Severity.ERROR,
        why="gunicorn's own workers call WSGI apps (`wsgi:application`); uvicorn, daphne and "
        "hypercorn call ASGI apps (`asgi:application`). Given the other kind they start well, and "
        "every request fails.",
        looks_like=(
            (
                "TypeError: ASGIHandler.__call__() missing 2 required "
                "positional arguments: 'receive' and 'send'"
            ),
            "TypeError: WSGIHandler.__call__() takes 3 positional arguments but 4 were given",
        ),
        remedies=(
            edit("WSGI for gunicorn.", "Procfile", "web: gunicorn {project|mysite}.wsgi"),
            edit(
                "ASGI for uvicorn, under gunicorn.",
                "Procfile",
                "web: gunicorn -k uvicorn_worker.UvicornWorker {project|mysite}.asgi",
                needs="uvicorn-worker in the dependency file",
            ),
        ),
        check=_LOCAL,
        sources=(sources.DJANGO_WSGI, sources.GUNICORN),
        related=("wsgi-attribute-not-found",),
    ),
    Cause(
        code="WH212",
        name="crlf-line-endings",
        title="{file|A script} has Windows line endings",
        severity=Severity.ERROR,
        why="Linux reads the carriage return as part of the interpreter's name or of the last "
        "argument, and finds no such program.",
        looks_like=(
            "/usr/bin/env: 'bash\\r': No such file or directory",
            "/usr/bin/env: 'python\\r': No such file or directory",
            "exec /app/entrypoint.sh: no such file or directory",
        ),
        remedies=(
            edit(
                "Let git keep scripts with Unix line endings, and convert this one.",
                ".gitattributes",
                "*.sh text eol=lf\nProcfile text eol=lf",
                "sed -i 's/\\r$//' {file|entrypoint.sh}",
                "git add --renormalize .",
            ),
        ),
        check=Check("No carriage return is left:", ("git ls-files --eol {file|entrypoint.sh}",)),
        sources=(sources.page("git: attributes", "git-scm.com/docs/gitattributes"),),
        related=("start-command-not-found",),
    ),
    Cause(
        code="WH213",
        name="start-command-not-found",
        title="The start command is not installed, or may not run{command:: *|}",
        severity=Severity.ERROR,
        why="The shell ends with 127 where it finds no such program, with 126 where the file is "
        "not executable. The program belongs to another language's build, to a package that is "
        "not required, or lies in a folder that is not on PATH; permission bits are lost when a "
        "script is committed on Windows.",
        looks_like=(
            "bash: line 1: npm: command not found",
            "/bin/sh: 1: uvicorn: not found",
            "bash: ./start.sh: Permission denied",
            "Process exited with status 126",
        ),
        remedies=(
            edit(
                "Require the package that brings it.",
                "{requirements|requirements.txt}",
                "{package|uvicorn}",
            ),
            run(
                "If it is your script, mark it as executable.",
                "git update-index --chmod=+x {script|start.sh}",
            ),
            edit(
                "Or start it through its interpreter.",
                "Procfile",
                "web: {interpreter|python -m uvicorn mysite.asgi:application}",
            ),
        ),
        check=Check("It is found in the running app:", ("heroku run -- which {command|uvicorn}",)),
        sources=(sources.HEROKU_BUILDPACKS, sources.LOGS),
        related=("gunicorn-not-installed", "wrong-buildpack", "crlf-line-endings"),
    ),
)
