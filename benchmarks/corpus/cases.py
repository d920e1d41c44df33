"""The cases: who wrote a model, in which form, and what is to come of it."""

from dataclasses import dataclass
from typing import Literal

type Form = Literal[
    "export", "frozen", "h5", "keras", "onnx", "own", "saved_model", "tflite", "weights", "wheel"
]

FORMS: dict[str, str] = {
    "export": "SavedModel by `export`",
    "frozen": "frozen graph",
    "h5": ".h5",
    "keras": ".keras",
    "onnx": ".onnx",
    "own": "as the recipe writes it",
    "saved_model": "SavedModel",
    "tflite": ".tflite",
    "weights": "weights alone",
    "wheel": "SavedModel of a wheel",
}


@dataclass(frozen=True, slots=True)
class Case:
    """A model and what ``wherry shrink`` is to make of it.

    Attributes:
        writer: The TensorFlow that writes it, its minor version.
        recipe: The function of ``makers`` that makes it.
        form: What it is saved as.
        options: Of ``wherry shrink``; ``{makers}`` in them is the folder of the recipes.
        tolerance_ratio: What float32 may stray by, of the output's range; more than 1e-4 only where
            the original itself computes in fewer digits.
        refused: Words that the one sentence must hold, in any case, where there is to be no bundle.
    """

    writer: str
    recipe: str
    form: Form
    options: tuple[str, ...] = ()
    refused: tuple[str, ...] = ()
    suffix: str = ""
    tolerance_ratio: float = 1e-4

    @property
    def name(self) -> str:
        """What its folder is called, and ``--only`` takes."""
        form = self.form.replace("_", "-")
        return f"tf{self.writer}-{self.recipe.replace('_', '-')}-{form}{self.suffix}"

    @property
    def kind(self) -> str:
        """What its writer left behind, for people."""
        return FORMS[self.form]


_WITH_2 = ("--with", "{makers}/with/objects_keras2.py")
_WITH_3 = ("--with", "{makers}/with/objects_keras3.py")
_LAMBDA = ("--allow-lambda",)


def _of(writer: str, **recipes: str) -> tuple[Case, ...]:
    """Return plain cases of one TensorFlow: recipes with their forms, with spaces between them."""
    return tuple(
        Case(writer, recipe, form)  # type: ignore[arg-type]
        for recipe, forms in recipes.items()
        for form in forms.split()
    )


CASES: tuple[Case, ...] = (
    *_of(
        "1.15",
        dense_digits="h5",
        lstm_text="h5",
        session_digits="own",
        session_table="own",
        frozen_session_digits="own",
        estimator_examples="own",
        estimator_features="own",
    ),
    *_of(
        "2.4",
        dense_digits="h5",
        conv_digits="h5 saved_model",
        lstm_text="h5",
        bidirectional_text="h5",
        two_inputs_two_outputs="h5",
        categories="saved_model",
        normalized_diabetes="h5",
        small_unet="saved_model",
        stateful_lstm="h5",
        with_tensorflow_calls="h5",
        estimator_features="own",
        linear_estimator="own",
        mobilenet_v2="h5",
    ),
    Case("2.4", "custom_layers", "h5", _WITH_2),
    *_of(
        "2.8",
        sequential_digits="h5",
        gru_text="h5 saved_model",
        dict_outputs="h5",
        shared_layers="h5",
        text_vectorization="saved_model",
        time_distributed="h5",
        augmented="h5",
        attention_text="h5",
        without_signature_names="saved_model",
        efficientnet_b0="h5",
        dense_digits="frozen",
    ),
    Case("2.8", "with_lambda", "h5", _LAMBDA),
    *_of(
        "2.15",
        dense_digits="h5 keras saved_model",
        conv_digits="keras",
        plain_lstm_text="keras",
        categories="keras",
        text_vectorization="keras",
        nested_models="keras",
        float64_diabetes="h5",
        conv3d="h5",
        sequence_to_sequence="keras",
        estimator_examples="own",
        resnet50="h5",
    ),
    # Half precision has eleven binary digits: its own rounding is a thousandth.
    Case("2.15", "mixed_float16", "keras", tolerance_ratio=5e-3),
    Case("2.15", "subclassed", "keras", _WITH_2),
    Case("2.15", "with_lambda", "keras", _LAMBDA),
    *_of(
        "2.16",
        dense_digits="keras",
        separable_digits="keras",
        conv_lstm="keras",
        attention_text="export",
        rescaled_bytes="keras",
    ),
    Case("2.16", "custom_layers", "keras", _WITH_3),
    *_of(
        "2.18",
        conv_digits="export",
        lstm_text="keras",
        gru_text="export",
        discretized="keras",
        one_step_of_a_rnn="keras",
        inception_v3="keras",
    ),
    *_of(
        "2.21",
        dense_digits="keras h5 tflite onnx",
        conv_digits="keras",
        mobilenet_v2="keras",
        bidirectional_text="keras",
        conv1d_text="keras",
        text_vectorization="keras export",
        dict_inputs="keras",
        small_unet="keras",
        two_signatures="own",
        unbatched="own",
        spectrogram="own",
        integers_only="own",
        loop="own",
        text_out="own",
        scalar_and_bool="own",
        only_tensorflow_has="own",
        huge_dense="keras",
    ),
    Case("2.21", "subclassed", "keras", _WITH_3),
    Case("2.21", "basic_pitch", "wheel"),
)
"""Those that are to end in a bundle."""

REFUSALS: tuple[Case, ...] = (
    Case("2.8", "with_lambda", "h5", (), ("Lambda", "centre", "--allow-lambda"), "-not-allowed"),
    Case("2.15", "custom_layers", "keras", (), ("corpus_objects", "--with"), "-without-file"),
    Case("2.15", "conv_digits", "weights", (), ("weights",)),
    Case("2.21", "with_python_function", "own", (), ("Python",)),
)
"""Those that cannot, and are to end in a sentence that says why."""


FOLDS: dict[str, tuple[Case, ...]] = {
    name: tuple(Case("2.21", f"{name}_fold_{fold}", "keras") for fold in range(5))
    for name in ("dense_digits", "conv_digits")
}
"""Models of four fifths of the digits each, by what they are; for the figures."""


def find(name: str) -> Case:
    """Return the case of that name."""
    return next(case for case in (*CASES, *REFUSALS) if case.name == name)
