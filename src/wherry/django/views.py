"""The HTTP endpoints: TensorFlow Serving's REST API and the Open Inference Protocol v2."""

from django.apps import apps
from django.http import HttpRequest, HttpResponse

import wherry
from wherry.django import registry
from wherry.django.answers import endpoint, error_response, json_response
from wherry.django.body import pack, read_exchange
from wherry.django.deadlines import haste_of
from wherry.django.deferring import deferrable
from wherry.django.finding import loaded, try_loading
from wherry.django.observing import observed
from wherry.errors import InvalidInput
from wherry.serving import exchange
from wherry.serving.state import State
from wherry.serving.wire import openapi as openapi_document
from wherry.serving.wire import openinference, tfserving


@observed
@endpoint("POST")
@deferrable("v1")
def predict(request: HttpRequest, name: str, version: str | None = None) -> HttpResponse:
    """Answer ``:predict``."""
    return _answer(request, "v1", name, version)


@observed
@endpoint("POST")
@deferrable("v2")
def infer(request: HttpRequest, name: str, version: str | None = None) -> HttpResponse:
    """Answer the Open Inference Protocol's infer."""
    return _answer(request, "v2", name, version)


def _answer(request: HttpRequest, protocol: str, name: str, version: str | None) -> HttpResponse:
    haste = haste_of(request)
    model = loaded(name, version, haste)
    sent = read_exchange(request, protocol, registry.conf().max_body_bytes)
    limit_s = model.options.timeout_s
    deadline = haste.deadline(limit_s)
    # Before the body is decoded, which is most of the work of a request that is refused.
    model.check(deadline)

    def until(timeout_s: float | None) -> float:
        return deadline if timeout_s is None else haste.deadline(limit_s, timeout_s)

    answered = exchange.answer(model, sent, until)
    body, encoding = pack(request, answered.body) if protocol == "v2" else (answered.body, None)
    response = HttpResponse(body, content_type=answered.content_type)
    for header, value in answered.headers.items():
        response[header] = value
    if encoding is not None:
        response["Content-Encoding"] = encoding
    return response


@endpoint("POST")
def classify_or_regress(*_: object, **__: object) -> HttpResponse:
    """Say that ``:classify`` and ``:regress`` are not offered."""
    raise InvalidInput(
        "':classify' and ':regress' take tf.Example messages and are not offered: "
        "use ':predict' with the model's own inputs."
    )


@endpoint("GET", "HEAD")
def metadata(_: HttpRequest, name: str, version: str | None = None) -> HttpResponse:
    """Answer TensorFlow Serving's model metadata."""
    model = loaded(name, version)
    return json_response(tfserving.metadata(name, model.version, model.signatures))


@endpoint("GET", "HEAD")
def server_metadata(_: HttpRequest) -> HttpResponse:
    """Answer the Open Inference Protocol's server metadata."""
    return json_response(openinference.server_metadata(wherry.__version__))


@endpoint("GET", "HEAD")
def model_metadata(_: HttpRequest, name: str, version: str | None = None) -> HttpResponse:
    """Answer the Open Inference Protocol's model metadata."""
    model = loaded(name, version)
    return json_response(
        openinference.model_metadata(
            name, model.version, model.bundle.runtime, model.signatures, model.default_signature
        )
    )


@endpoint("GET", "HEAD")
def openapi(request: HttpRequest) -> HttpResponse:
    """Answer with the description of all endpoints and of the models that can be described."""
    repository = registry.repository()
    for model in repository.models.values():
        try_loading(repository, model)
    described = {
        name: (model.signatures, model.default_signature)
        for name, model in repository.models.items()
        if model.state is State.READY
    }
    return json_response(
        openapi_document.describe(
            described,
            prefix=request.path.removesuffix("/openapi.json"),
            version=wherry.__version__,
            keys=bool(registry.conf().api_keys),
            jobs=apps.is_installed("wherry.django.jobs"),
        )
    )


@endpoint("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", guarded=False)
def not_found(request: HttpRequest) -> HttpResponse:
    """Answer for a path that no endpoint has."""
    return error_response(
        404, f"There is nothing at {request.path[:200]}; /openapi.json lists what there is."
    )
