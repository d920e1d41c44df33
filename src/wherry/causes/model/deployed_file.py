"""The model's file is not deployed, or is not a model."""

from typing import Final

from wherry.causes import sources
from wherry.causes.cause import Cause, Check, Severity, edit, run

_ON_HOST: Final = Check(
    "It is there, with its full size:", ("heroku run -- ls -l {model|model.keras}",)
)

CAUSES: Final = (
    Cause(
        code="WH512",
        name="model-file-corrupt",
        title="{model|The model's file} is damaged, or no model at all{found:: *|}",
        severity=Severity.ERROR,
        why="A download that was cut off, a web page (a login, a warning of Google Drive's) saved "
        "under the model's name, or a file that git changed because it was taken for text. The "
        "first bytes and the size tell which; about 130 bytes are a Git LFS pointer instead.",
        looks_like=(
            "OSError: Unable to open file (file signature not found)",
            (
                "OSError: Unable to open file (truncated file: eof = 1048576, "
                "sblock->base_addr = 0, stored_eof = 94653840)"
            ),
            "zipfile.BadZipFile: File is not a zip file",
        ),
        remedies=(
            run(
                "Fetch it by a direct link, and fail where that fails.",
                "curl -fL -o {model|model.h5} {url|https://example.com/model.h5}",
            ),
            run(
                "From Google Drive, with the tool that gets past its warning.",
                "gdown {id|FILE_ID} -O {model|model.h5}",
            ),
            edit(
                "Tell git that models are not text.",
                ".gitattributes",
                "*.h5 binary\n*.keras binary",
            ),
        ),
        check=Check("It is a model:", ("wherry inspect {model|model.h5}",)),
        sources=(sources.LOGS,),
        related=("git-lfs-pointer", "model-download-refused", "weights-only-file"),
    ),
    Cause(
        code="WH513",
        name="git-lfs-pointer",
        aliases=("model-in-lfs",),
        title="{model|The model} is a Git LFS pointer, not the model",
        severity=Severity.ERROR,
        why="Where git runs without LFS, the checkout holds a text of about 130 "
        "bytes in the file's place. Heroku's builds are believed to be such "
        "(no page of theirs says so); GitHub's zip downloads and shallow "
        "builders are too.",
        looks_like=(
            "OSError: Unable to open file (file signature not found)",
            "version https://git-lfs.github.com/spec/v1",
            "_pickle.UnpicklingError: invalid load key, 'v'.",
        ),
        remedies=(
            run(
                "Take it out of LFS; shrunk, it fits into plain git.",
                "git lfs pull",
                "wherry shrink {model|model.h5} -o {bundle|model.bundle}",
                "git lfs untrack '*.h5'",
                "git add .gitattributes {bundle|model.bundle}",
            ),
            edit(
                "Or fetch the real file in the build.",
                "bin/post_compile",
                '#!/usr/bin/env bash\ncurl -fsSL -o {model|model.h5} "$MODEL_URL"',
                on="heroku-cedar dokku",
            ),
            edit(
                "Or in the image.",
                "Dockerfile",
                "RUN apt-get update && apt-get install -y git-lfs && git lfs pull",
                on="dokku render railway fly cloud-run",
            ),
        ),
        check=_ON_HOST,
        sources=(sources.GIT_LFS, sources.LOGS, sources.PROJECTS),
        related=("model-file-corrupt", "git-lfs-quota", "git-lfs-unsupported-remote"),
    ),
    Cause(
        code="WH514",
        name="model-missing-from-git",
        title="{model|The model} is loaded, and is not in git",
        severity=Severity.ERROR,
        why="The code opens a file that only your machine has: .gitignore names it, it was never "
        "added, or a script makes it. The host gets what git has.",
        looks_like=(
            "FileNotFoundError: [Errno 2] No such file or directory: 'model.h5'",
            "OSError: No file or directory found at model/model.h5",
        ),
        remedies=(
            run(
                "Shrink it and commit the result.",
                "wherry shrink {model|model.h5} -o {bundle|model.bundle}",
                "git add --force {bundle|model.bundle}",
            ),
            run(
                "Or commit it as it is, if it is under GitHub's 100 MB.",
                "git add --force {model|model.h5}",
            ),
            edit(
                "Or fetch it in the build.",
                "bin/post_compile",
                '#!/usr/bin/env bash\ncurl -fsSL -o {model|model.h5} "$MODEL_URL"',
                on="heroku-cedar dokku",
            ),
        ),
        check=Check(
            "git tracks it:",
            ("git ls-files {model|model.h5}", "git check-ignore -v {model|model.h5}"),
        ),
        sources=(sources.HEROKU_SLUG, sources.PROJECTS),
        related=(
            "model-path-missing",
            "model-excluded-from-slug",
            "git-lfs-pointer",
            "git-file-too-large",
        ),
    ),
)
