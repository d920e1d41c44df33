"""gunicorn is not there, or does not find the app."""

from typing import Final

from wherry.causes import sources
from wherry.causes.cause import Cause, Check, Severity, edit, run

_LOCAL: Final = Check(
    "The very command of the Procfile runs here:",
    ("PORT=8000 gunicorn {project|mysite}.wsgi",),
)

CAUSES: Final = (
    Cause(
        code="WH201",
        name="gunicorn-not-installed",
        aliases=("gunicorn-missing",),
        title="The start command is gunicorn, which is not installed",
        severity=Severity.ERROR,
        why="{file|The dependency file} does not list gunicorn, lists it for another platform "
        "only, or is not the one that the build reads. On your machine it was installed by hand.",
        looks_like=(
            "bash: line 1: gunicorn: command not found",
            "bash: gunicorn: command not found",
            "Process exited with status 127",
        ),
        remedies=(
            edit(
                "Add it.",
                "{requirements|requirements.txt}",
                "gunicorn==23.0.0",
                "git add {requirements|requirements.txt}",
            ),
            run("With uv, Poetry or Pipenv, let the tool add and lock it.", "uv add gunicorn"),
            edit(
                "Or start the server that holds models in little memory.",
                "Procfile",
                "web: wherry serve {project|mysite}.wsgi",
                needs="wherry[serve] in the dependency file",
                pythons="3.12-3.14",
            ),
        ),
        check=Check(
            "The build installs it:", ("grep -n gunicorn {requirements|requirements.txt}",)
        ),
        sources=(sources.GUNICORN, sources.LOGS, sources.PROJECTS),
        related=("start-command-not-found", "no-package-manager-file"),
    ),
    Cause(
        code="WH202",
        name="gunicorn20-no-pkg-resources",
        aliases=("gunicorn20-no-pkg_resources",),
        title="{pin|gunicorn 20} imports pkg_resources, which is no longer there",
        severity=Severity.ERROR,
        why="gunicorn 20 takes any setuptools for its pkg_resources, and the newest setuptools no "
        "longer holds it. Heroku installs setuptools {heroku.setuptools_preinstalled} on Python up "
        "to 3.12, so that it works there; from 3.13 on pip fetches the newest.",
        looks_like=(
            "    import pkg_resources",
            "ModuleNotFoundError: No module named 'pkg_resources'",
        ),
        remedies=(
            edit(
                "Move gunicorn forward; nothing in a Django project notices.",
                "{requirements|requirements.txt}",
                "gunicorn==23.0.0",
            ),
        ),
        check=_LOCAL,
        sources=(sources.SETUPTOOLS, sources.BUILDPACK_PYTHON, sources.PROJECTS),
        related=("unpinned-transitive-breaks", "sdist-needs-old-setuptools"),
    ),
    Cause(
        code="WH205",
        name="wsgi-module-not-found",
        aliases=("procfile-wrong-module",),
        title="The start command names a module that is not there{module:: *|}",
        severity=Severity.ERROR,
        why="gunicorn imports the dotted name from the folder where it starts. The package is "
        "called otherwise, lies in a subfolder, was copied from a tutorial (`myproject.wsgi`), or "
        "is spelled like a path.",
        looks_like=(
            "ModuleNotFoundError: No module named 'myproject'",
            "[4] [INFO] Reason: Worker failed to boot.",
            "gunicorn.errors.HaltServer: <HaltServer 'Worker failed to boot.' 3>",
        ),
        remedies=(
            edit(
                "Name the package that holds wsgi.py.",
                "Procfile",
                "web: gunicorn {project|mysite}.wsgi",
            ),
            edit(
                "If it is in a subfolder, start there.",
                "Procfile",
                "web: gunicorn --chdir {folder|backend} {project|mysite}.wsgi",
            ),
        ),
        check=_LOCAL,
        sources=(sources.DJANGO_WSGI, sources.LOGS, sources.PROJECTS),
        related=(
            "wsgi-attribute-not-found",
            "project-not-at-root",
            "dependency-not-in-requirements",
        ),
    ),
    Cause(
        code="WH206",
        name="wsgi-attribute-not-found",
        title="The module has nothing called {attribute|application}",
        severity=Severity.ERROR,
        why="After the colon stands the variable that holds the app: `application` in Django's "
        "wsgi.py (also when nothing is said), `app` in most Flask projects, or a factory that has "
        "to be called.",
        looks_like=(
            "Failed to find attribute 'app' in 'main'.",
            "[4] [INFO] Reason: App failed to load.",
            "gunicorn.errors.HaltServer: <HaltServer 'App failed to load.' 4>",
        ),
        remedies=(
            edit(
                "Name the variable that is there.",
                "Procfile",
                "web: gunicorn {project|mysite}.wsgi:application",
            ),
            edit(
                "Flask: the object's name, or its factory.",
                "Procfile",
                "web: gunicorn '{module|main}:create_app()'",
            ),
        ),
        check=_LOCAL,
        sources=(sources.GUNICORN, sources.LOGS),
        related=("wsgi-module-not-found",),
    ),
)
