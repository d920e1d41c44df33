"""The model is kept back, or another one is taken for it."""

from typing import Final

from wherry.causes import sources
from wherry.causes.cause import Cause, Check, Severity, edit, run

_ON_HOST: Final = Check(
    "It is there, with its full size:", ("heroku run -- ls -l {model|model.keras}",)
)

CAUSES: Final = (
    Cause(
        code="WH518",
        name="model-excluded-from-slug",
        title="{file|An ignore file} keeps {model|the model} out of what is deployed",
        severity=Severity.ERROR,
        why="git has it, but .slugignore or .dockerignore removes it before the build. Heroku's "
        ".slugignore knows no `!`, so that an exception to a pattern is not one.",
        looks_like=(
            "FileNotFoundError: [Errno 2] No such file or directory: '/app/models/model.h5'",
        ),
        remedies=(edit("Narrow the pattern.", "{file|.slugignore}", "/notebooks\n/data"),),
        check=_ON_HOST,
        sources=(sources.HEROKU_SLUG,),
        related=("model-missing-from-git", "training-data-in-slug"),
    ),
    Cause(
        code="WH519",
        name="wrong-model-loaded",
        title="The code loads {model|a model} that is not the one it means",
        severity=Severity.WARNING,
        why="Two files differ only in name, the training script writes another one than the server "
        "reads, one view loads another view's model, or the labels are those of another model. "
        "It answers, and the answers are false.",
        remedies=(
            edit(
                "Name the model once, in one place.",
                "{settings|settings.py}",
                'WHERRY = {"MODELS": {"{name|model}": BASE_DIR / "{bundle|model.bundle}"}}',
                needs="wherry.django in INSTALLED_APPS",
                pythons="3.12-3.14",
            ),
            run(
                "Compare what the two are.",
                "wherry inspect {model|model.h5}",
                "wherry inspect {other|other.h5}",
            ),
            edit(
                "Or keep the path of the model and of its labels side by side, in one place.",
                "{settings|settings.py}",
                'MODEL = BASE_DIR / "models" / "{model|model.keras}"\nLABELS = '
                'BASE_DIR / "models" / "labels.txt"',
            ),
        ),
        check=Check(
            "A sample with a known answer gets it:",
            ("wherry verify {bundle|model.bundle} --against {model|model.keras}",),
        ),
        sources=(sources.PROJECTS,),
        related=("model-load-error-swallowed", "output-decode-mismatch", "input-shape-mismatch"),
    ),
)
