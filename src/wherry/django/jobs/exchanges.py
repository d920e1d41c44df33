"""A request for a prediction apart from its HTTP: what was sent, and what is to be answered."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Self

from wherry.errors import InvalidInput, UnsupportedContent
from wherry.serving.model import ServedModel
from wherry.serving.wire import document, openinference, tfserving

JSON = "application/json"
BINARY = "application/octet-stream"
HEADER_LENGTH = "Inference-Header-Content-Length"


@dataclass(frozen=True, slots=True)
class Exchange:
    """A body in one of the two protocols, ``v1`` or ``v2``.

    ``header_length`` is v2's bytes of JSON before the binary tensors; None where all is JSON.
    """

    protocol: str
    content_type: str
    body: bytes = field(repr=False)
    header_length: int | None = None

    @classmethod
    def from_form(cls, protocol: str, form: Mapping[str, Any], body: bytes) -> Self:
        """Read what ``form`` wrote."""
        return cls(protocol, str(form["content_type"]), body, form["header_length"])

    def form(self) -> dict[str, Any]:
        """Return all but the body and the protocol, as JSON."""
        return {"content_type": self.content_type, "header_length": self.header_length}


@dataclass(frozen=True, slots=True)
class Answered:
    """The body of an answer, and the headers that it needs."""

    body: bytes = field(repr=False)
    content_type: str = JSON
    headers: Mapping[str, str] = field(default_factory=dict)


def check(model: ServedModel, exchange: Exchange) -> None:
    """Decode a request for a model that is in memory, and throw away what comes out.

    Raises:
        InvalidInput: it would be refused.
    """
    if exchange.protocol == "v2":
        _decode_infer(model, exchange)
    elif model.options.preprocess is None:
        _decode_predict(model, exchange)
    else:
        _value(exchange)


def answer(model: ServedModel, exchange: Exchange, *, deadline: float) -> Answered:
    """Ask the model.

    Raises:
        WherryError: as the endpoint would answer.
    """
    if exchange.protocol == "v2":
        return _infer(model, exchange, deadline)
    if model.options.preprocess is not None:
        return _predict_preprocessed(model, exchange, deadline)
    decoded = _decode_predict(model, exchange)
    if model.options.postprocess is not None:
        value = model.predict(decoded.inputs, signature=decoded.signature.name, deadline=deadline)
        return Answered(_written(value, rows=decoded.rows))
    outputs = model.run(decoded.signature, decoded.inputs, deadline=deadline)
    return Answered(tfserving.encode_predict(decoded.signature, outputs, rows=decoded.rows))


def _infer(model: ServedModel, exchange: Exchange, deadline: float) -> Answered:
    decoded = _decode_infer(model, exchange)
    outputs = model.run(decoded.signature, decoded.inputs, deadline=deadline)
    body, length = openinference.encode_infer(decoded, model.name, model.version, outputs)
    if length is None:
        return Answered(body)
    return Answered(body, BINARY, {HEADER_LENGTH: str(length)})


def _predict_preprocessed(model: ServedModel, exchange: Exchange, deadline: float) -> Answered:
    value, name, rows = _value(exchange)
    outputs = model.predict(value, signature=name, deadline=deadline)
    if model.options.postprocess is not None:
        return Answered(_written(outputs, rows=rows is not False))
    signature = model.signature(name)
    shown_as_rows = signature.batched if rows is None else rows
    return Answered(tfserving.encode_predict(signature, outputs, rows=shown_as_rows))


def _decode_predict(model: ServedModel, exchange: Exchange) -> Any:
    if exchange.content_type not in ("", JSON):
        raise _not_understood(exchange, JSON)
    return tfserving.decode_predict(exchange.body, model.signatures, model.default_signature)


def _decode_infer(model: ServedModel, exchange: Exchange) -> openinference.InferRequest:
    if exchange.content_type not in ("", JSON, BINARY):
        raise _not_understood(exchange, JSON)
    if exchange.content_type == BINARY and exchange.header_length is None:
        raise InvalidInput(f"A body of type {BINARY} needs the header {HEADER_LENGTH}.")
    return openinference.decode_infer(
        exchange.body, exchange.header_length, model.signatures, model.default_signature
    )


def _value(exchange: Exchange) -> tuple[Any, str | None, bool | None]:
    """Return what a model's ``preprocess`` is given, its signature, and whether rows came."""
    if exchange.content_type in ("", JSON):
        return tfserving.decode_value(exchange.body)
    if exchange.content_type == BINARY or exchange.content_type.startswith(("image/", "audio/")):
        return exchange.body, None, None
    raise _not_understood(exchange, f"{JSON}, or the file as image/*, audio/* or {BINARY}")


def _not_understood(exchange: Exchange, wanted: str) -> UnsupportedContent:
    shown = exchange.content_type[:60]
    return UnsupportedContent(f"The content type {shown!r} is not understood here: send {wanted}.")


def _written(value: object, *, rows: bool) -> bytes:
    return document.write_checked({"predictions" if rows else "outputs": value})
