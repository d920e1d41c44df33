"""The HTTP endpoints: TensorFlow Serving's REST API and the Open Inference Protocol v2."""

from typing import Any

from django.http import HttpRequest, HttpResponse

import wherry
from wherry.django import registry
from wherry.django.answers import JSON, endpoint, error_response, json_response
from wherry.django.body import pack, read_body
from wherry.django.deadlines import haste_of
from wherry.django.deferring import deferrable
from wherry.django.finding import loaded, try_loading
from wherry.django.observing import observed
from wherry.errors import InvalidInput, UnsupportedContent
from wherry.serving.model import ServedModel, State
from wherry.serving.wire import document, openinference, tfserving
from wherry.serving.wire import openapi as openapi_document

BINARY = "application/octet-stream"
HEADER_LENGTH = "Inference-Header-Content-Length"


@observed
@endpoint("POST")
@deferrable("v1")
def predict(request: HttpRequest, name: str, version: str | None = None) -> HttpResponse:
    """Answer ``:predict``."""
    haste = haste_of(request)
    model = loaded(name, version, haste)
    content_type = _content_type(request)
    body = read_body(request, registry.conf().max_body_bytes)
    deadline = haste.deadline(model.options.timeout_s)
    # Before the body is decoded, which is most of the work of a request that is refused.
    model.check(deadline)
    if model.options.preprocess is not None:
        return _predict_preprocessed(model, content_type, body, deadline)
    if content_type and content_type != JSON:
        raise UnsupportedContent(_say_json(content_type))
    decoded = tfserving.decode_predict(body, model.signatures, model.default_signature)
    signature = decoded.signature
    if model.options.postprocess is not None:
        value = model.predict(decoded.inputs, signature=signature.name, deadline=deadline)
        return HttpResponse(_value(value, rows=decoded.rows), content_type=JSON)
    outputs = model.run(signature, decoded.inputs, deadline=deadline)
    answer = tfserving.encode_predict(signature, outputs, rows=decoded.rows)
    return HttpResponse(answer, content_type=JSON)


def _predict_preprocessed(
    model: ServedModel, content_type: str, body: bytes, deadline: float
) -> HttpResponse:
    """Give what came, decoded no further than JSON, to the model's own ``preprocess``."""
    value: Any
    name, rows = None, None
    if content_type in ("", JSON):
        value, name, rows = tfserving.decode_value(body)
    elif content_type == BINARY or content_type.startswith(("image/", "audio/")):
        value = body
    else:
        raise UnsupportedContent(
            f"The content type {content_type[:60]!r} is not understood: send {JSON}, or the file "
            f"as image/*, audio/* or {BINARY}."
        )
    answer = model.predict(value, signature=name, deadline=deadline)
    if model.options.postprocess is not None:
        return HttpResponse(_value(answer, rows=rows is not False), content_type=JSON)
    signature = model.signature(name)
    if rows is None:  # A file does not say, so the answer has the form that the model allows.
        rows = signature.batched
    encoded = tfserving.encode_predict(signature, answer, rows=rows)
    return HttpResponse(encoded, content_type=JSON)


def _value(value: object, *, rows: bool) -> bytes:
    return document.write_checked({"predictions" if rows else "outputs": value})


@observed
@endpoint("POST")
@deferrable("v2")
def infer(request: HttpRequest, name: str, version: str | None = None) -> HttpResponse:
    """Answer the Open Inference Protocol's infer."""
    haste = haste_of(request)
    model = loaded(name, version, haste)
    content_type = _content_type(request)
    if content_type not in ("", JSON, BINARY):
        raise UnsupportedContent(_say_json(content_type))
    header_length = _header_length(request, content_type)
    body = read_body(request, registry.conf().max_body_bytes)
    deadline = haste.deadline(model.options.timeout_s)
    model.check(deadline)
    decoded = openinference.decode_infer(
        body, header_length, model.signatures, model.default_signature
    )
    if decoded.timeout_s is not None:
        deadline = haste.deadline(model.options.timeout_s, decoded.timeout_s)
    outputs = model.run(decoded.signature, decoded.inputs, deadline=deadline)
    answer, length = openinference.encode_infer(decoded, name, model.version, outputs)
    answer, encoding = pack(request, answer)
    response = HttpResponse(answer, content_type=JSON if length is None else BINARY)
    if length is not None:
        response[HEADER_LENGTH] = str(length)
    if encoding is not None:
        response["Content-Encoding"] = encoding
    return response


def _header_length(request: HttpRequest, content_type: str) -> int | None:
    length = request.META.get("HTTP_INFERENCE_HEADER_CONTENT_LENGTH")
    if length is None:
        if content_type == BINARY:
            raise InvalidInput(f"A body of type {BINARY} needs the header {HEADER_LENGTH}.")
        return None
    # More digits than any body's length has are not worth turning into a number.
    if not (length.isascii() and length.isdigit() and len(length) < 20):
        raise InvalidInput(f"The header {HEADER_LENGTH} must be a number of bytes.")
    return int(length)


def _content_type(request: HttpRequest) -> str:
    content_type: str = request.META.get("CONTENT_TYPE", "")
    return content_type.partition(";")[0].strip().lower()


def _say_json(content_type: str) -> str:
    said = f"The content type {content_type[:60]!r} is not understood here: send {JSON}"
    if content_type.startswith(("image/", "audio/")):
        return (
            f"{said}. For this model to take such files, give it a 'PREPROCESS' option in "
            "WHERRY['MODELS'] that turns the file's bytes into its inputs."
        )
    return f"{said} (curl: -H 'Content-Type: {JSON}')."


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
        )
    )


@endpoint("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", guarded=False)
def not_found(request: HttpRequest) -> HttpResponse:
    """Answer for a path that no endpoint has."""
    return error_response(
        404, f"There is nothing at {request.path[:200]}; /openapi.json lists what there is."
    )
