"""What is pushed, and where to."""

from typing import Final

from wherry.causes import sources
from wherry.causes.cause import Cause, Check, Severity, edit, run

CAUSES: Final = (
    Cause(
        code="WH101",
        name="git-file-too-large",
        title="A file is larger than GitHub takes",
        severity=Severity.ERROR,
        why="GitHub refuses every push whose history holds a file over 100 MB, even where a later "
        "commit deletes it. {file|The file} is such a file: usually a model's weights, a data set, "
        "or libtensorflow inside a virtual environment that was committed by mistake.",
        looks_like=(
            (
                "remote: error: File "
                "venv/lib/python3.8/site-packages/tensorflow/libtensorflow_framework.so.2 "
                "is 412.53 MB; this exceeds GitHub's file size limit of 100.00 "
                "MB"
            ),
            (
                "remote: error: GH001: Large files detected. You may want to "
                "try Git Large File Storage - https://git-lfs.github.com."
            ),
            " ! [remote rejected] main -> main (pre-receive hook declined)",
        ),
        remedies=(
            run(
                "Take it out of the index, and out of the last commit if it is only there.",
                "git rm -r --cached {file|venv}",
                "git commit --amend --no-edit",
            ),
            run(
                "If older commits hold it too, rewrite them (everyone else must clone again).",
                "git filter-repo --invert-paths --path {file|venv}",
            ),
            edit("Keep it from coming back.", ".gitignore", "{file|venv/}"),
            run(
                "Make a model small enough for git: convert it for a light runtime.",
                "wherry shrink {model|model.keras} -o {bundle|model.bundle}",
            ),
        ),
        check=Check(
            "No object in the history is over 100 MB:",
            (
                (
                    "git rev-list --objects --all | git cat-file "
                    "--batch-check='%(objectsize) %(rest)' | sort -n | tail -3"
                ),
            ),
        ),
        sources=(sources.GITHUB_LARGE, sources.LOGS),
        related=("venv-committed", "git-lfs-quota", "training-data-in-slug"),
    ),
    Cause(
        code="WH104",
        name="pushed-branch-not-built",
        title="The pushed branch is not the one that the host builds",
        severity=Severity.ERROR,
        why="Heroku builds what arrives on main or master and stores anything else without "
        "building it; Dokku has one deploy branch. The push succeeds and the old release goes on "
        "running.",
        looks_like=(
            "remote: Pushed to non-main branch, skipping build.",
            "remote: Pushed to non-master branch, skipping build.",
        ),
        platforms=frozenset(("heroku", "dokku")),
        remedies=(
            run(
                "Push this branch as the one that is built.",
                "git push heroku {branch|HEAD}:main",
                on="heroku",
            ),
            run(
                "Tell Dokku which branch to build.",
                "dokku git:set {app|APP} deploy-branch {branch|main}",
                on="dokku",
            ),
        ),
        check=Check(
            "The push prints a build, and a new release appears:", ("heroku releases -n 3",)
        ),
        sources=(sources.HEROKU_SLUG, sources.HEROKU_BUILDPACKS),
        related=("no-release-yet",),
    ),
    Cause(
        code="WH105",
        name="venv-committed",
        title="A virtual environment is committed",
        severity=Severity.ERROR,
        why="{folder|The folder} holds an interpreter's packages for another machine. Heroku's "
        "Python buildpack refuses `.venv/` and `venv/` that contain a pyvenv.cfg; elsewhere it "
        "only makes the image hundreds of megabytes larger and the build slower.",
        looks_like=(
            " !     Error: Existing '.venv/' directory found.",
            " !     Error: Existing 'venv/' directory found.",
            " !     Error: Existing '.heroku/python/' directory found.",
        ),
        remedies=(
            edit(
                "Take it out of git, and keep it out.",
                ".gitignore",
                "{folder|venv/}",
                "git rm -r --cached {folder|venv}",
                "git commit -m 'Remove the virtual environment'",
            ),
        ),
        check=Check("git tracks no pyvenv.cfg:", ("git ls-files '*pyvenv.cfg'",)),
        sources=(sources.BUILDPACK_CHECKS, sources.PROJECTS),
        related=("git-file-too-large", "slug-too-large"),
    ),
)
