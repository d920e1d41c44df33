"""The endpoints that say how the server and its models are: live, ready, and why not."""

from typing import Any

from django.http import HttpRequest, HttpResponse

from wherry.django import registry
from wherry.django.access import is_known
from wherry.django.answers import endpoint, json_response
from wherry.django.finding import try_loading
from wherry.serving.model import ServedModel
from wherry.serving.shelf import version_of
from wherry.serving.state import State
from wherry.serving.watchman import describe_model, said_state
from wherry.serving.wire import tfserving

# What a client had better wait before it asks again; a model takes seconds to load.
RETRY_AFTER_S = 1
# TensorFlow Serving's names of a servable's states, and of the canonical codes that go with them.
_TFSERVING_STATES = {
    State.WAITING: ("START", "OK"),
    State.LOADING: ("LOADING", "OK"),
    State.WARMING: ("LOADING", "OK"),
    State.READY: ("AVAILABLE", "OK"),
    State.FAILED: ("END", "FAILED_PRECONDITION"),
    State.CLOSED: ("END", "UNAVAILABLE"),
}
# The first of these that any model is in is the server's.
_ORDER = ("failed", "refusing", "loading", "warming", "starting", "closed")


@endpoint("GET", "HEAD", guarded=False)
def live(_: HttpRequest) -> HttpResponse:
    """Answer that the process runs."""
    return json_response({"live": True})


@endpoint("GET", "HEAD", guarded=False)
def ready(request: HttpRequest) -> HttpResponse:
    """Answer whether every model answers and, to those who may ask, which does not and why.

    Platforms probe without a key; they need the status alone.
    """
    repository = registry.repository()
    for model in repository.every_model:
        try_loading(repository, model)
    models = repository.every_model
    conf = registry.conf()
    answer: dict[str, Any] = {"ready": repository.ready}
    missing = [model for model in models if not _answers(model)]
    if conf.permission is None and is_known(request, conf):
        answer["state"] = _state_of(models)
        answer["models"] = [_described(model) for model in models]
        told = " ".join(_sentence(model) for model in missing)
    else:
        told = f"{len(missing)} of {len(models)} models do not answer."
    if answer["ready"]:
        return json_response(answer)
    answer["error"] = told or "No model is served here: WHERRY['MODELS'] is empty."
    return _not_ready(answer)


@endpoint("GET", "HEAD")
def model_ready(_: HttpRequest, name: str, version: str | None = None) -> HttpResponse:
    """Answer whether one model answers, and why not."""
    repository = registry.repository()
    model = repository.get(name, version)
    try_loading(repository, model)
    if _answers(model):
        return json_response({"name": name, "ready": True})
    answer = {"ready": False, **_described(model), "error": _sentence(model)}
    return _not_ready(answer)


@endpoint("GET", "HEAD")
def status(_: HttpRequest, name: str, version: str | None = None) -> HttpResponse:
    """Answer TensorFlow Serving's model status: of one version, or of all."""
    repository = registry.repository()
    if version is None:
        repository.get(name)
        models = repository.shelves[name].models
    else:
        models = (repository.get(name, version),)
    for model in models:
        try_loading(repository, model)
    found = [_tfserving_status(model, version) for model in models]
    return json_response({"model_version_status": found})


def _tfserving_status(model: ServedModel, asked: str | None) -> dict[str, Any]:
    state, code = _TFSERVING_STATES[model.state]
    message = "" if code == "OK" else model.reason
    shown = version_of(model) or asked or ""
    (found,) = tfserving.status(shown, state, code, message)["model_version_status"]
    return dict(found)


def _answers(model: ServedModel) -> bool:
    return model.state is State.READY and model.refusal is None


def _described(model: ServedModel) -> dict[str, Any]:
    """Return what a person or a dashboard needs; paths of the machine are nobody's business."""
    kept = ("name", "version", "state", "reason", "progress_ratio")
    found = describe_model(model)
    return {key: found[key] for key in kept if found.get(key) is not None}


def _sentence(model: ServedModel) -> str:
    """Return why a model does not answer; its failure as it is, so that the cause is read once."""
    if model.state is State.FAILED:
        return f"{model.name!r} failed: {model.reason}"
    state = said_state(model)
    if model.state is State.LOADING:
        state += f", {model.progress.ratio:.0%}"
    return f"{model.name!r} is {state}: {model.refusal or model.reason}"


def _state_of(models: tuple[ServedModel, ...]) -> str:
    if not models:
        return "empty"
    states = {said_state(model) for model in models}
    return next((state for state in _ORDER if state in states), "ready")


def _not_ready(answer: dict[str, Any]) -> HttpResponse:
    response = json_response(answer, 503)
    response["Retry-After"] = str(RETRY_AFTER_S)
    return response
