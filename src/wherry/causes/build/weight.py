"""What is built is too large."""

from typing import Final

from wherry.causes import sources
from wherry.causes.cause import Cause, Check, Severity, edit, run

_SLUG: Final = Check("The build log says how large it became:", ("git push heroku main",))

CAUSES: Final = (
    Cause(
        code="WH170",
        name="slug-too-large",
        title="The compressed slug is too large{size:: *|}",
        severity=Severity.ERROR,
        why="Heroku takes slugs up to {heroku.slug_limit_bytes} (500 MB until "
        "March 2026) and warns above {heroku.slug_soft_limit_bytes}, from "
        "where on they start noticeably later. The repository, Python and "
        "every installed package count. TensorFlow alone is 557 MB of it, "
        "tensorflow-cpu 291 to 337 MB, LiteRT or ONNX Runtime under 30.",
        looks_like=(
            " !     Compiled slug size: 502.5M is too large (max is 500M).",
            " !     See: http://devcenter.heroku.com/articles/slug-size",
            (
                " !     Warning: Your slug size (346 MB) exceeds our soft limit "
                "(300 MB) which may affect boot time."
            ),
        ),
        platforms=frozenset(("heroku-cedar",)),
        remedies=(
            edit(
                "Leave the GPU half of TensorFlow out.",
                "{requirements|requirements.txt}",
                "tensorflow-cpu=={version|2.20.0}",
                pythons="3.9-3.13",
            ),
            edit(
                "Leave TensorFlow out.",
                "{requirements|requirements.txt}",
                "wherry[litert,serve]",
                "wherry shrink {model|model.keras} -o {bundle|model.bundle}",
                pythons="3.12-3.14",
            ),
            edit(
                "Keep data and notebooks out of the slug.",
                ".slugignore",
                "{folders|*.ipynb\n/data\n/notebooks}",
            ),
            run(
                "If the last build's leftovers are in it, build from a clean cache.",
                "heroku plugins:install heroku-builds",
                "heroku builds:cache:purge",
            ),
            run(
                "An image has no such limit (it must still start in time).",
                "heroku stack:set container",
                needs="a Dockerfile and heroku.yml",
            ),
        ),
        check=_SLUG,
        sources=(
            sources.HEROKU_BIG_SLUGS,
            sources.HEROKU_SLUG,
            sources.MEASURED,
            sources.LOGS,
            sources.PROJECTS,
        ),
        related=(
            "full-tensorflow-not-cpu",
            "training-data-in-slug",
            "torch-cuda-wheels",
            "pip-freeze-bloat",
        ),
    ),
    Cause(
        code="WH173",
        name="training-data-in-slug",
        title="Training data is deployed with the app{size:: *|}",
        severity=Severity.WARNING,
        why="{folder|Data sets, notebooks or checkpoints} are tracked by git and land in every "
        "slug, though no code that is served reads them.",
        remedies=(
            edit(
                "Keep them in git but out of the slug (no `!` patterns here).",
                ".slugignore",
                "{folder|/dataset}",
                on="heroku-cedar",
            ),
            edit(
                "Keep them out of the image.",
                ".dockerignore",
                "{folder|dataset}",
                on="dokku render railway fly cloud-run",
            ),
            run("Or out of git.", "git rm -r --cached {folder|dataset}"),
        ),
        check=_SLUG,
        sources=(sources.HEROKU_SLUG, sources.PROJECTS),
        related=("slug-too-large", "git-file-too-large", "model-excluded-from-slug"),
    ),
    Cause(
        code="WH174",
        name="torch-cuda-wheels",
        title="PyTorch's default wheel brings CUDA along",
        severity=Severity.ERROR,
        why="On Linux, `torch` means the build for GPUs: a wheel of 539 MB and more than 2 GB of "
        "nvidia packages. Builds for processors stand on PyTorch's own index.",
        looks_like=(
            "  Downloading torch-2.5.1-cp312-cp312-manylinux1_x86_64.whl (906.4 MB)",
            " !     Compiled slug size: 2.8G is too large (max is 500M).",
        ),
        remedies=(
            edit(
                "Take the build for processors.",
                "{requirements|requirements.txt}",
                "--extra-index-url "
                "https://download.pytorch.org/whl/cpu\ntorch=={version|2.9.1}+cpu",
            ),
            edit(
                "Or export the model to ONNX once, and serve that.",
                "{requirements|requirements.txt}",
                "wherry[onnx,serve]",
                "python -c 'import torch; torch.onnx.export(...)'",
                pythons="3.12-3.14",
            ),
        ),
        check=Check("No nvidia package is installed:", ("pip list | grep -i nvidia",)),
        sources=(sources.LOGS, sources.MEASURED),
        related=("slug-too-large", "gpu-tensorflow-on-cpu-dyno"),
    ),
)
