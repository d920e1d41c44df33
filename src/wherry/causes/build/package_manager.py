"""Which package manager the host chooses, and what it finds."""

from typing import Final

from wherry.causes import sources
from wherry.causes.cause import Cause, Check, Severity, run

_BUILDPACK_HOSTS = frozenset(("heroku", "dokku"))

CAUSES: Final = (
    Cause(
        code="WH120",
        name="no-package-manager-file",
        aliases=("requirements-missing", "setup-py-only"),
        title="No dependency file at the root of what is pushed",
        severity=Severity.ERROR,
        why="The buildpack needs exactly one of requirements.txt, poetry.lock, Pipfile.lock and "
        "uv.lock at the root of the git repository. A pyproject.toml alone, a setup.py alone, a "
        "file in a subfolder, one that is ignored by git, or one called requirement.txt do not "
        "count.",
        looks_like=(
            " !     Error: Couldn't find any supported Python package manager files.",
            (
                " !     App not compatible with buildpack: "
                "https://buildpack-registry.s3.amazonaws.com/buildpacks/heroku/python.tgz"
            ),
            " !     Error: Implicit setup.py file support has been sunset.",
            " !     No default language could be detected for this app.",
        ),
        remedies=(
            run(
                "Write down what the project needs, in its own environment, and commit it.",
                "pip list --not-required --format=freeze > requirements.txt",
                "git add requirements.txt",
            ),
            run(
                "If the app lives in a subfolder, push that folder.",
                "git push heroku $(git subtree split --prefix {folder|app} HEAD):refs/heads/main",
                on="heroku",
                needs="manage.py and the dependency file in that subfolder",
            ),
            run("With a pyproject.toml, lock it.", "uv lock", "git add uv.lock"),
        ),
        check=Check(
            "git tracks one of them at its root:",
            ("git ls-files requirements.txt poetry.lock Pipfile.lock uv.lock",),
        ),
        sources=(sources.BUILDPACK_PACKAGES, sources.LOGS, sources.PROJECTS),
        related=("project-not-at-root", "wrong-buildpack", "another-language"),
    ),
    Cause(
        code="WH121",
        name="several-package-managers",
        title="More than one package manager's files at the root",
        severity=Severity.ERROR,
        why="Since December 2025 the buildpack no longer guesses which of {files|several} is "
        "meant: two of requirements.txt, poetry.lock, Pipfile.lock and uv.lock stop the build.",
        looks_like=(" !     Error: Multiple Python package manager files were found.",),
        platforms=_BUILDPACK_HOSTS,
        remedies=(
            run(
                "Keep the one that you maintain and remove the others.",
                "git rm {file|Pipfile.lock}",
            ),
        ),
        check=Check(
            "Only one is left:",
            ("git ls-files requirements.txt poetry.lock Pipfile.lock uv.lock",),
        ),
        sources=(sources.BUILDPACK_PACKAGES,),
        related=("pipfile-without-lock",),
    ),
    Cause(
        code="WH122",
        name="pipfile-without-lock",
        title="A Pipfile without Pipfile.lock",
        severity=Severity.ERROR,
        why="The buildpack installs from the lock, never from the Pipfile, and refuses a Pipfile "
        "that stands alone even beside a requirements.txt.",
        looks_like=(" !     Error: No 'Pipfile.lock' found!",),
        platforms=_BUILDPACK_HOSTS,
        remedies=(
            run("If you use Pipenv, lock and commit.", "pipenv lock", "git add Pipfile.lock"),
            run("If requirements.txt is the true list, remove the Pipfile.", "git rm Pipfile"),
        ),
        check=Check("Both or neither are tracked:", ("git ls-files Pipfile Pipfile.lock",)),
        sources=(sources.BUILDPACK_PACKAGES, sources.PROJECTS),
        related=("several-package-managers", "lockfile-out-of-date"),
    ),
    Cause(
        code="WH123",
        name="lockfile-out-of-date",
        title="The lock file does not match what it locks",
        severity=Severity.ERROR,
        why="Hosts install from the lock and stop when the file that it was made from has changed "
        "since: somebody edited {file|the project file} by hand and did not lock again.",
        looks_like=(
            "The lockfile at `uv.lock` needs to be updated, but `--locked` was provided.",
            (
                "pyproject.toml changed significantly since poetry.lock was "
                "last generated. Run `poetry lock` to fix the lock file."
            ),
            "Your Pipfile.lock (a1b2c3) is out of date.  Expected: (d4e5f6).",
        ),
        remedies=(
            run("Lock again and commit (uv).", "uv lock", "git add uv.lock"),
            run("Lock again and commit (Poetry).", "poetry lock", "git add poetry.lock"),
            run("Lock again and commit (Pipenv).", "pipenv lock", "git add Pipfile.lock"),
        ),
        check=Check("The lock agrees:", ("uv lock --check",)),
        sources=(sources.UV_LOCK, sources.BUILDPACK_PACKAGES),
        related=("pipfile-without-lock",),
    ),
)
