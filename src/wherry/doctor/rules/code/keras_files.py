"""Model files and the Keras that loads them: formats that one of the two does not know."""

from collections.abc import Iterator
from typing import Final

from wherry.causes.cause import Severity
from wherry.doctor.rule import Context, Rule, found
from wherry.doctor.rules.code import keras_generation, places
from wherry.doctor.rules.code.model_files import site_loads
from wherry.findings import Confidence, Finding
from wherry.project.code.loads import Library, ModelLoad


def _saved_model(context: Context) -> Iterator[Finding]:
    """Report folders with saved_model.pb that Keras 3's load_model is given."""
    for load in _keras_loads(context):
        path = load.model.path if load.model is not None else ""
        if not path or not context.project.files.deployed(f"{path}/saved_model.pb"):
            continue
        if keras_generation.of(context, load.call) == 3:
            yield found(
                "keras3-savedmodel-format",
                places.of_load(load),
                severity=Severity.ERROR,
                values={"model": path, "code_file": load.path},
            )


def _keras_loads(context: Context) -> Iterator[ModelLoad]:
    for load in site_loads(context):
        if load.library is Library.KERAS and load.call.endswith("load_model"):
            yield load


def _no_predict(context: Context) -> Iterator[Finding]:
    """Report ``tf.saved_model.load(...)`` whose result is asked to predict."""
    code = context.project.code
    for load in site_loads(context):
        if load.library is not Library.SAVED_MODEL or not load.call.endswith("saved_model.load"):
            continue
        source = code.sources.get(load.path)
        name = load.quote.partition("=")[0].strip() if "=" in load.quote else ""
        if source is None or not name.isidentifier() or f"{name}.predict(" not in source.text:
            continue
        number = next(
            (index for index, line in enumerate(source.lines, 1) if f"{name}.predict(" in line),
            load.line,
        )
        if source.text.count(f"{name} =") + source.text.count(f"{name}=") > 1:
            continue
        yield found(
            "savedmodel-no-predict",
            places.of_load(load),
            severity=Severity.ERROR,
            confidence=Confidence.HIGH,
            values={
                "model": load.model.written if load.model else "",
                "code_file": f"{load.path}:{number}",
            },
        )


SAVED_MODEL: Final = Rule("keras-3-saved-model", ("keras3-savedmodel-format",), _saved_model)
NO_PREDICT: Final = Rule("saved-model-predict", ("savedmodel-no-predict",), _no_predict)
