"""What goes into the model, and what comes out."""

from typing import Final

from wherry.causes import sources
from wherry.causes.cause import Cause, Check, Severity, edit, run

CAUSES: Final = (
    Cause(
        code="WH540",
        name="input-shape-mismatch",
        title="The input does not have the shape that the model takes{got:: *|}",
        severity=Severity.ERROR,
        why="What is sent was not prepared as in training: no batch axis, another size, four "
        "channels of a PNG or one of a grey picture, channels first, or another number of "
        "features.",
        looks_like=(
            (
                "ValueError: Error when checking input: expected "
                "conv2d_1_input to have shape (224, 224, 3) but got array with "
                "shape (224, 224, 4)"
            ),
            (
                'ValueError: Input 0 of layer "sequential" is incompatible '
                "with the layer: expected shape=(None, 224, 224, 3), found "
                "shape=(None, 224, 3)"
            ),
            "ValueError: Cannot set tensor: Dimension mismatch. Got 3 but expected 4 for input 0.",
        ),
        remedies=(
            edit(
                "Prepare it as in training: mode, size, scale, batch axis.",
                "{code_file|views.py}",
                'image = Image.open(file).convert("RGB").resize((224, 224))\n'
                'array = np.asarray(image, "float32")[None] / 255',
            ),
        ),
        check=Check("What it takes:", ("wherry inspect {model|model.keras}",)),
        sources=(sources.LOGS,),
        related=("output-decode-mismatch", "wrong-model-loaded"),
    ),
    Cause(
        code="WH541",
        name="output-decode-mismatch",
        title="The output is decoded as that of another model",
        severity=Severity.ERROR,
        why="decode_predictions knows the 1000 classes of ImageNet. A model that was trained on "
        "your own classes has as many outputs as there are of those, with your own names.",
        looks_like=(
            (
                "ValueError: `decode_predictions` expects a batch of "
                "predictions (i.e. a 2D array of shape (samples, 1000)). Found "
                "array with shape: (1, 5)"
            ),
        ),
        remedies=(
            edit(
                "Map the outputs to your own names.",
                "{code_file|views.py}",
                "label = LABELS[int(np.argmax(answer[0]))]",
            ),
            run(
                "Or keep the names with the model.",
                "wherry bundle {model|model.tflite} {bundle|model.bundle} --labels labels.txt",
            ),
        ),
        check=Check("How many outputs it has:", ("wherry inspect {model|model.keras}",)),
        sources=(sources.KERAS_APPLICATIONS, sources.LOGS),
        related=("input-shape-mismatch", "wrong-model-loaded"),
    ),
)
