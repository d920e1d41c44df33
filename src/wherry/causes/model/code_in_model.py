"""Models that need code to be loaded: Lambda layers and custom classes."""

from typing import Final

from wherry.causes import sources
from wherry.causes.cause import Cause, Check, Severity, edit, run

_INSPECT: Final = Check(
    "Which versions wrote it, and what is in it:", ("wherry inspect {model|model.h5}",)
)

CAUSES: Final = (
    Cause(
        code="WH505",
        name="lambda-bytecode-python-mismatch",
        title="A Lambda layer's bytecode is of another Python",
        severity=Severity.ERROR,
        why="A Lambda layer is saved as compiled Python, which only the minor "
        "version that wrote it can read. Elsewhere it is refused or, worse, "
        "crashes.",
        looks_like=(
            "ValueError: bad marshal data (unknown type code)",
            "SystemError: unknown opcode",
        ),
        remedies=(
            run(
                "Convert it where that Python is, once. This runs the code in the "
                "file: only for a model that you trust.",
                "wherry shrink --allow-lambda {model|model.h5} -o {bundle|model.bundle}",
            ),
            edit(
                "Or build the network in code, and load the weights only.",
                "{code_file|views.py}",
                'model = build_model()\nmodel.load_weights("{model|model.h5}")',
            ),
            edit(
                "Or run the Python that saved it, where the host has it.",
                ".python-version",
                "{pin_python|3.11}",
            ),
        ),
        check=_INSPECT,
        sources=(sources.KERAS_CUSTOM, sources.LOGS),
        related=("lambda-refused-by-safe-mode", "python-unpinned"),
    ),
    Cause(
        code="WH506",
        name="lambda-refused-by-safe-mode",
        title="Keras refuses the Lambda layer in the model",
        severity=Severity.ERROR,
        why="A Lambda layer is code that runs when the file is loaded. Keras 3 therefore refuses "
        "it unless it is told that the file is trusted.",
        looks_like=(
            (
                "ValueError: Requested the deserialization of a `Lambda` layer "
                "whose `function` is a Python lambda. This carries a potential "
                "risk of arbitrary code execution and thus it is disallowed by "
                "default."
            ),
        ),
        remedies=(
            run(
                "If the model is your own: convert it once, after which no code is left in it.",
                "wherry shrink --allow-lambda {model|model.keras} -o {bundle|model.bundle}",
            ),
            edit(
                "Or say that you trust it.",
                "{code_file|views.py}",
                'load_model("{model|model.keras}", safe_mode=False)',
                needs="a file that you made yourself",
            ),
            edit(
                "Better in the long run: a layer of one's own.",
                "train.py",
                "@keras.saving.register_keras_serializable()\nclass Scale(keras.layers.Layer): ...",
            ),
        ),
        check=_INSPECT,
        sources=(sources.KERAS_CUSTOM, sources.KERAS_SAVING),
        related=(
            "lambda-bytecode-python-mismatch",
            "custom-object-missing",
            "untrusted-file-unpickled",
        ),
    ),
    Cause(
        code="WH507",
        name="custom-object-missing",
        title="The model uses {name|a class of its own}, which the loading code does not know",
        severity=Severity.ERROR,
        why="A file holds the names of custom layers, losses and metrics, not their code. Where "
        "it is loaded, that code must be imported and handed over. Models of TensorFlow Hub need "
        "its KerasLayer likewise.",
        looks_like=(
            (
                "TypeError: Could not locate class 'AttentionLayer'. Make sure "
                "custom classes are decorated with "
                "`@keras.saving.register_keras_serializable()`."
            ),
            (
                "ValueError: Unknown layer: KerasLayer. Please ensure this "
                "object is passed to the `custom_objects` argument."
            ),
            "ValueError: Unknown metric function: f1_m",
        ),
        remedies=(
            edit(
                "Hand it over.",
                "{code_file|views.py}",
                'load_model("{model|model.h5}", '
                'custom_objects={"{name|AttentionLayer}": {name|AttentionLayer}})',
            ),
            edit(
                "If it is only a loss or a metric, do without.",
                "{code_file|views.py}",
                'load_model("{model|model.h5}", compile=False)',
            ),
            run(
                "Or convert it once, with that code.",
                "wherry shrink --with {code|layers.py} {model|model.h5} -o {bundle|model.bundle}",
            ),
        ),
        check=_INSPECT,
        sources=(sources.KERAS_CUSTOM, sources.LOGS),
        related=("keras-version-mismatch", "lambda-refused-by-safe-mode"),
    ),
    Cause(
        code="WH527",
        name="torch-checkpoint-refused",
        title="PyTorch refuses {name|a class} in the checkpoint: weights_only",
        severity=Severity.ERROR,
        why="From 2.6 on torch.load takes weights only, unless it is told that the file is "
        "trusted: a checkpoint that holds a whole model, or a class of a library, is code that "
        "would run when it is read. What was saved before, and libraries of before, do not know.",
        looks_like=(
            (
                "_pickle.UnpicklingError: Weights only load failed. In PyTorch 2.6, we changed the "
                "default value of the `weights_only` argument in `torch.load` from `False` to "
                "`True`."
            ),
            (
                "WeightsUnpickler error: Unsupported global: GLOBAL "
                "ultralytics.nn.tasks.DetectionModel was not an allowed global by default."
            ),
        ),
        remedies=(
            edit(
                "Where a library loads it, take a release of the library that knows PyTorch 2.6.",
                "{requirements|requirements.txt}",
                "ultralytics>=8.3.50",
            ),
            edit(
                "Or say that you trust it.",
                "{code_file|views.py}",
                'torch.load("{model|model.pt}", map_location="cpu", weights_only=False)',
                needs="a file that you made yourself",
            ),
            edit(
                "Better in the long run: save the weights alone, and build the network in code.",
                "train.py",
                'torch.save(net.state_dict(), "{model|model.pt}")',
            ),
        ),
        check=Check(
            "It is read where it is served:",
            ("python -c 'import torch; torch.load(\"{model|model.pt}\", weights_only=True)'",),
        ),
        sources=(sources.TORCH_LOAD,),
        related=("lambda-refused-by-safe-mode", "untrusted-file-unpickled", "git-lfs-pointer"),
    ),
)
