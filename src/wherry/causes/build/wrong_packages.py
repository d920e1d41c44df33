"""Requirements that no index has, or not under this name."""

from typing import Final

from wherry.causes import sources
from wherry.causes.cause import Cause, Check, Severity, edit, run

_DRY_RUN: Final = "uv pip compile {requirements|requirements.txt} --python-platform linux"

CAUSES: Final = (
    Cause(
        code="WH135",
        name="private-dependency-unreachable",
        title="A dependency is private, and the build has no key for it",
        severity=Severity.ERROR,
        why="The build machine holds none of your SSH keys, and Heroku's buildpack gives pip one "
        "config var only, PIP_EXTRA_INDEX_URL: a `${TOKEN}` in a requirement stays empty.",
        looks_like=(
            "Host key verification failed.",
            "fatal: could not read Username for 'https://github.com': terminal prompts disabled",
            "ERROR: HTTP error 401 while getting https://index.example.com/simple/ours/",
            "git@github.com: Permission denied (publickey).",
        ),
        remedies=(
            run(
                "Publish it to a private index, and give the build its address.",
                "heroku config:set PIP_EXTRA_INDEX_URL=https://USER:TOKEN@index.example.com/simple",
                on="heroku-cedar",
            ),
            run(
                "Carry the package's source inside the repository.",
                "git subtree add --prefix vendor/{package|ours} {url|URL} main --squash",
            ),
            edit(
                "In an image, mount the token for the one step that needs it.",
                "Dockerfile",
                "RUN --mount=type=secret,id=netrc,target=/root/.netrc pip install -r "
                "requirements.txt",
                on="render railway fly cloud-run dokku",
            ),
        ),
        check=Check(
            "It installs where none of your keys are, as in a fresh container:",
            (
                (
                    "docker run --rm -v .:/app -w /app python:3.12 pip install "
                    "--dry-run -r {requirements|requirements.txt}"
                ),
            ),
        ),
        sources=(sources.BUILDPACK_PIP, sources.PIP_REQUIREMENTS),
        related=("package-not-found", "secrets-committed"),
    ),
    Cause(
        code="WH136",
        name="package-not-found",
        title="There is no package called {package|that}",
        severity=Severity.ERROR,
        why="The index knows nothing of that name: a module of Python's own library (os, pickle, "
        "tkinter), an import's name instead of its package's (cv2 is opencv-python-headless, PIL "
        "is pillow, yaml is pyyaml, dotenv is python-dotenv), a name of Debian's "
        "(pkg-resources==0.0.0), or a slip of the keyboard.",
        looks_like=(
            (
                "ERROR: Could not find a version that satisfies the requirement "
                "pkg-resources==0.0.0 (from versions: none)"
            ),
            "ERROR: No matching distribution found for cv2",
        ),
        remedies=(
            edit(
                "Name the package that provides the import, or remove the line where Python "
                "itself does.",
                "{requirements|requirements.txt}",
                "{replacement|opencv-python-headless}",
            ),
        ),
        check=Check("The list resolves:", (_DRY_RUN,)),
        sources=(sources.LOGS, sources.PIP),
        related=("windows-only-pin", "private-dependency-unreachable", "sklearn-dummy-package"),
    ),
    Cause(
        code="WH137",
        name="sklearn-dummy-package",
        title="`sklearn` is required instead of `scikit-learn`",
        severity=Severity.ERROR,
        why="The package called sklearn is an empty placeholder that refuses to be installed and "
        "says so. An old pin (0.0) still installs and brings whatever scikit-learn is newest, "
        "which is seldom the one that wrote your pickles.",
        looks_like=(
            (
                "The 'sklearn' PyPI package is deprecated, use 'scikit-learn' "
                "rather than 'sklearn' for pip commands."
            ),
        ),
        remedies=(
            edit(
                "Require the real one, in the version that trained the model.",
                "{requirements|requirements.txt}",
                "scikit-learn=={version|1.7.2}",
            ),
        ),
        check=Check("The list resolves:", (_DRY_RUN,)),
        sources=(sources.SKLEARN_PACKAGE, sources.PROJECTS),
        related=("pickle-version-mismatch", "package-not-found"),
    ),
)
