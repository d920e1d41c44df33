"""Which Python the host builds with."""

from typing import Final

from wherry.causes import sources
from wherry.causes.cause import Cause, Check, Severity, edit, run

_HEROKU = frozenset(("heroku", "dokku"))
_WHICH = Check(
    "The build log names the version that it uses:",
    ("git push heroku main",),
)

CAUSES: Final = (
    Cause(
        code="WH110",
        name="python-unpinned",
        aliases=("python-unpinned-default-3.14",),
        title="No Python version is pinned",
        severity=Severity.ERROR,
        why="Without a pin, Heroku builds a new app on Python {heroku.python_default}, and moves "
        "to its successor when that becomes the default. No final TensorFlow has a wheel for "
        "3.14: a pinned one fails the build, an unpinned one silently becomes a release "
        "candidate. Old numpy, scipy and Pillow pins fall back to source builds that fail.",
        looks_like=(
            " !     Warning: No Python version was specified.",
            "-----> No Python version was specified. Using the buildpack default: python-3.10.4",
            " !     Error: No Python version was specified.",
        ),
        platforms=_HEROKU,
        remedies=(
            edit(
                "Pin the version that the project is known to run on; only its minor version, so "
                "that security updates still come.",
                ".python-version",
                "{pin_python|3.12}",
                "git add .python-version",
            ),
            run("With uv, let it write the file (uv projects must have it).", "uv python pin 3.12"),
        ),
        check=_WHICH,
        sources=(sources.BUILDPACK_PYTHON, sources.PROJECTS, sources.TF_TABLE),
        related=("tf-no-wheel-for-python", "tf-unpinned", "sdist-build-python-too-new"),
    ),
    Cause(
        code="WH111",
        name="python-version-eol",
        title="The pinned Python version has reached its end of life",
        severity=Severity.ERROR,
        why="{file|The version file} asks for {python:Python *|a version} which the host no longer "
        "builds. Heroku builds {heroku.pythons}; 3.10 is deprecated and goes on "
        "{heroku.python_3_10_removed}. What is pinned beside it was often chosen for that old "
        "Python, so that further pins must move with it.",
        looks_like=(
            " !     Error: The requested Python version has reached end-of-life.",
            " !     Error: The cached Python version has reached end-of-life.",
            " !     Warning: Support for Python 3.10 is deprecated!",
        ),
        remedies=(
            edit(
                "Move to the oldest Python that is still built and that your pins allow; then "
                "let the doctor compute which pins have to move.",
                ".python-version",
                "3.11",
                "wherry doctor --diff",
            ),
            edit(
                "On a host that takes images, an old Python still runs (without security fixes).",
                "Dockerfile",
                "FROM python:{python|3.9}-slim",
                on="render railway fly cloud-run dokku",
            ),
        ),
        check=_WHICH,
        sources=(sources.BUILDPACK_PYTHON, sources.PROJECTS),
        related=("runtime-not-available", "pins-not-installable", "python-unpinned"),
    ),
    Cause(
        code="WH112",
        name="runtime-not-available",
        title="The pinned Python version does not exist on this stack",
        severity=Severity.ERROR,
        why="The version is well formed and not too old, but there is no build of it: a patch "
        "release that was never published, a minor version that is not out, or one that was not "
        "built for this stack.",
        looks_like=(
            " !     Requested runtime 'python-3.8.5' is not available for this stack (heroku-22).",
            " !     Error: The requested Python version isn't available.",
            " !     Error: The requested Python version isn't recognised.",
        ),
        remedies=(
            edit(
                "Name only the minor version; the newest patch release is then taken.",
                ".python-version",
                "{pin_python|3.12}",
                on="heroku dokku render",
            ),
            run(
                "On Railway, name it for the builder.",
                "railway variables --set RAILPACK_PYTHON_VERSION={pin_python|3.12}",
                on="railway",
            ),
            edit(
                "In an image, take a tag that exists.",
                "Dockerfile",
                "FROM python:{pin_python|3.12}-slim",
                on="dokku render railway fly cloud-run",
            ),
        ),
        check=_WHICH,
        sources=(sources.BUILDPACK_PYTHON, sources.LOGS),
        related=("python-version-eol", "python-version-bad-format", "stack-end-of-life"),
    ),
    Cause(
        code="WH114",
        name="python-patch-pinned-old",
        title="An old patch release of Python is pinned",
        severity=Severity.WARNING,
        why="{python:Python *|The pinned version} keeps the app from security "
        "fixes: hosts install exactly what is asked for. Heroku's newest are "
        "{heroku.python_patches}; a patch release that was never built there "
        "fails the build outright.",
        looks_like=(" !     Warning: A Python patch update is available!",),
        remedies=(
            edit(
                "Name only the minor version.",
                ".python-version",
                "{pin_python|3.12}",
                on="heroku dokku render",
            ),
            edit(
                "In an image, do the same with the tag.",
                "Dockerfile",
                "FROM python:{pin_python|3.12}-slim",
                on="render railway fly cloud-run dokku",
            ),
        ),
        check=_WHICH,
        sources=(sources.BUILDPACK_PYTHON, sources.PROJECTS),
        related=("runtime-not-available",),
    ),
)
