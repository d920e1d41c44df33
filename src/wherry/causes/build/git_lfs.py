"""Files that Git LFS keeps outside the repository."""

from typing import Final

from wherry.causes import sources
from wherry.causes.cause import Cause, Check, Severity, run

CAUSES: Final = (
    Cause(
        code="WH102",
        name="git-lfs-quota",
        title="The repository's Git LFS quota is used up",
        severity=Severity.ERROR,
        why="Every clone and every build downloads the files that Git LFS keeps, and each download "
        "counts against the repository's monthly bandwidth. Once that is gone, the host serves no "
        "file, so that the build fails or the model stays a pointer.",
        looks_like=(
            (
                "batch response: This repository is over its data quota. "
                "Account responsible for LFS bandwidth should purchase more "
                "data packs to restore access."
            ),
            "error: failed to fetch some objects from 'https://github.com/acme/app.git/info/lfs'",
        ),
        remedies=(
            run(
                "Take the file out of LFS and put it where downloads are not counted: a release's "
                "assets or object storage.",
                "git lfs untrack '{file|*.h5}'",
                "gh release create model-1 {file|model.h5}",
            ),
            run(
                "Make it small enough for plain git.",
                "wherry shrink {model|model.h5} -o {bundle|model.bundle}",
            ),
            run(
                "If it must be online today: buy a data pack, or wait for the month to turn, "
                "then fetch again.",
                "git lfs fetch --all",
            ),
        ),
        check=Check("A fresh clone gets the real file:", ("git lfs pull", "git lfs ls-files -s")),
        sources=(sources.GITHUB_LFS, sources.LOGS),
        related=("git-lfs-pointer", "git-lfs-unsupported-remote"),
    ),
    Cause(
        code="WH103",
        name="git-lfs-unsupported-remote",
        title="The host's git server does not speak Git LFS",
        severity=Severity.ERROR,
        why="git hands tracked files to the LFS client before it pushes, and the client asks the "
        "remote for its LFS service. Heroku's and Dokku's git servers have none (for Heroku no "
        "page says so; it is what the logs show), so the push stops there.",
        looks_like=(
            (
                "batch response: Client error: "
                "https://git.heroku.com/app.git/info/lfs/objects/batch from "
                "HTTP 404"
            ),
            "error: failed to push some refs to 'https://git.heroku.com/app.git'",
        ),
        platforms=frozenset(("heroku", "dokku")),
        remedies=(
            run(
                "Take the model out of LFS; shrunk, it fits into plain git.",
                "git lfs untrack '{file|*.h5}'",
                "wherry shrink {model|model.h5} -o {bundle|model.bundle}",
                "git add .gitattributes {bundle|model.bundle}",
            ),
            run(
                "Deploy from GitHub, with a build step that fetches the file, and push past the "
                "LFS hook (the slug then holds a pointer until that step replaces it).",
                "git push --no-verify heroku main",
            ),
        ),
        check=Check("Nothing is left in LFS:", ("git lfs ls-files",)),
        sources=(sources.LOGS, sources.GIT_LFS),
        related=("git-lfs-pointer", "git-lfs-quota"),
    ),
)
