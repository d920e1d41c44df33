"""Weights without their network, or beside another one."""

from typing import Final

from wherry.causes import sources
from wherry.causes.cause import Cause, Check, Severity, edit

_INSPECT: Final = Check(
    "Which versions wrote it, and what is in it:", ("wherry inspect {model|model.h5}",)
)

CAUSES: Final = (
    Cause(
        code="WH508",
        name="weights-only-file",
        title="{model|The file} holds weights without an architecture",
        severity=Severity.ERROR,
        why="It was written by save_weights or a checkpoint with save_weights_only: numbers, and "
        "nothing that says which layers they belong to.",
        looks_like=(
            "ValueError: No model found in config file.",
            "ValueError: No model config found in the file at <KerasFileEditor>",
        ),
        remedies=(
            edit(
                "Build the network in code, then load them.",
                "{code_file|views.py}",
                'model = build_model()\nmodel.load_weights("{model|model.weights.h5}")',
            ),
            edit(
                "Or save the whole model where it is trained.",
                "train.py",
                'model.save("model.keras")',
            ),
        ),
        check=_INSPECT,
        sources=(sources.KERAS_SAVING, sources.LOGS),
        related=("weights-architecture-mismatch", "model-file-corrupt"),
    ),
    Cause(
        code="WH509",
        name="weights-architecture-mismatch",
        title="The weights do not fit the network that they are loaded into",
        severity=Severity.ERROR,
        why="The code that builds the network has changed since training: another number of "
        "classes or layers, another order, include_top, or an input of another size.",
        looks_like=(
            (
                "ValueError: Layer count mismatch when loading weights from "
                "file. Model expected 16 layers, found 18 saved layers."
            ),
            "ValueError: Shapes (512, 10) and (512, 7) are incompatible",
            "ValueError: A total of 2 objects could not be loaded.",
        ),
        remedies=(
            edit(
                "Save and load the whole model, not its weights.",
                "train.py",
                'model.save("model.keras")',
            ),
            edit(
                "Or build exactly what was trained.",
                "{code_file|views.py}",
                "model = build_model(classes={classes|7})",
            ),
        ),
        check=_INSPECT,
        sources=(sources.KERAS_SAVING,),
        related=("weights-only-file", "keras-version-mismatch"),
    ),
)
