"""When a model is loaded, and how often."""

from collections.abc import Iterator
from typing import Final

from wherry.doctor.rule import Context, Rule, found
from wherry.doctor.rules.code import places, unpickling
from wherry.findings import Finding
from wherry.project.code.loads import Library, ModelLoad
from wherry.project.code.moments import Moment

# Reading the network's plan from JSON is quick, and goes with the weights, which are reported.
_LIGHT: Final = (Library.KERAS_JSON,)
# Loaded in a blink, as a rule: what scikit-learn pickles, and what the light runtimes map.
_SMALL: Final = (
    *(Library.PICKLE, Library.JOBLIB, Library.LITE, Library.ONNX, Library.XGBOOST),
    *(Library.LIGHTGBM, Library.CATBOOST, Library.SPACY),
)


def _loads(context: Context, moment: Moment) -> Iterator[ModelLoad]:
    for load in context.project.code.model_loads:
        if moment in load.moments and load.library not in _LIGHT:
            yield load


def _per_request(context: Context) -> Iterator[Finding]:
    # What a visitor uploads is no model of the site's: it cannot be loaded beforehand.
    sent = {(source.path, call.node.lineno) for source, call in unpickling.opened(context)}
    for load in _loads(context, Moment.REQUEST):
        if (load.path, load.line) in sent:
            continue
        yield _found("model-loaded-per-request", load)


def _first_request(context: Context) -> Iterator[Finding]:
    for load in _loads(context, Moment.FIRST_REQUEST):
        if load.library not in _SMALL and not load.moments & {
            Moment.REQUEST,
            Moment.IMPORT,
            Moment.WORKER,
            Moment.READY,
        }:
            yield _found("first-request-loads-model", load)


def _at_import(context: Context) -> Iterator[Finding]:
    for load in _loads(context, Moment.IMPORT):
        if load.library not in _SMALL and Moment.REQUEST not in load.moments:
            yield _found("model-loaded-at-import", load)


def _in_ready(context: Context) -> Iterator[Finding]:
    for load in _loads(context, Moment.READY):
        if load.library not in _SMALL:
            yield _found("model-loaded-in-appconfig", load)


def _found(name: str, load: ModelLoad) -> Finding:
    values = {"where": load.where, "code_file": load.path}
    if load.model is not None and load.model.written:
        values["model"] = load.model.written
    if load.path.endswith(".py"):
        values["module"] = load.path.removesuffix(".py").replace("/", ".")
    return found(name, places.of_load(load), values=values)


PER_REQUEST: Final = Rule("model-per-request", ("model-loaded-per-request",), _per_request)
FIRST_REQUEST: Final = Rule("model-first-request", ("first-request-loads-model",), _first_request)
AT_IMPORT: Final = Rule("model-at-import", ("model-loaded-at-import",), _at_import)
IN_READY: Final = Rule("model-in-appconfig", ("model-loaded-in-appconfig",), _in_ready)
