"""A request for a prediction apart from its HTTP: what was sent, and what is to be answered."""

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any, Final, NamedTuple, Self

from wherry.errors import InvalidInput, UnsupportedContent
from wherry.serving.model import ServedModel
from wherry.serving.wire import document, openinference, tfserving

JSON: Final = "application/json"
BINARY: Final = "application/octet-stream"
HEADER_LENGTH: Final = "Inference-Header-Content-Length"
# More digits than any body's length has are not worth turning into a number.
_MOST_DIGITS: Final = 19

type Deadline = Callable[[float | None], float]
"""From the seconds that a request's body gives itself, if any, to the moment of its deadline."""


# Both are made for every request, which a frozen dataclass takes three times as long for.
class Exchange(NamedTuple):
    """A body in one of the two protocols, ``v1`` or ``v2``.

    ``header_length`` is v2's bytes of JSON before the binary tensors; None where all is JSON.
    """

    protocol: str
    content_type: str
    body: bytes
    header_length: int | None = None

    @classmethod
    def from_form(cls, protocol: str, form: Mapping[str, Any], body: bytes) -> Self:
        """Read what ``form`` wrote."""
        return cls(protocol, str(form["content_type"]), body, form["header_length"])

    def form(self) -> dict[str, Any]:
        """Return all but the body and the protocol, as JSON."""
        return {"content_type": self.content_type, "header_length": self.header_length}


class Answered(NamedTuple):
    """The body of an answer, and the headers that it needs."""

    body: bytes
    content_type: str = JSON
    headers: Mapping[str, str] = MappingProxyType({})


def header_length(text: str | None) -> int | None:
    """Read the header that tells where v2's binary tensors begin.

    Raises:
        InvalidInput: it is no number.
    """
    if text is None:
        return None
    if not (text.isascii() and text.isdigit() and len(text) <= _MOST_DIGITS):
        raise InvalidInput(f"The header {HEADER_LENGTH} must be a number of bytes.")
    return int(text)


def check(model: ServedModel, exchange: Exchange) -> None:
    """Decode a request for a model that is in memory, and throw away what comes out.

    Raises:
        WherryError: it would be refused.
    """
    if exchange.protocol == "v2":
        _decode_infer(model, exchange)
    elif model.options.preprocess is None:
        _decode_predict(model, exchange)
    else:
        _value(exchange)


def answer(model: ServedModel, exchange: Exchange, deadline: Deadline) -> Answered:
    """Ask the model.

    Raises:
        WherryError: as the endpoint answers.
    """
    if exchange.protocol == "v2":
        return _infer(model, exchange, deadline)
    if model.options.preprocess is not None:
        return _predict_preprocessed(model, exchange, deadline(None))
    decoded = _decode_predict(model, exchange)
    signature = decoded.signature
    if model.options.postprocess is not None:
        value = model.predict(decoded.inputs, signature=signature.name, deadline=deadline(None))
        return Answered(_written(value, rows=decoded.rows))
    outputs = model.run(signature, decoded.inputs, deadline=deadline(None))
    return Answered(tfserving.encode_predict(signature, outputs, rows=decoded.rows))


def _infer(model: ServedModel, exchange: Exchange, deadline: Deadline) -> Answered:
    decoded = _decode_infer(model, exchange)
    outputs = model.run(decoded.signature, decoded.inputs, deadline=deadline(decoded.timeout_s))
    body, length = openinference.encode_infer(decoded, model.name, model.version, outputs)
    if length is None:
        return Answered(body)
    return Answered(body, BINARY, {HEADER_LENGTH: str(length)})


def _predict_preprocessed(model: ServedModel, exchange: Exchange, deadline: float) -> Answered:
    """Give what came, decoded no further than JSON, to the model's own ``preprocess``."""
    value, name, rows = _value(exchange)
    outputs = model.predict(value, signature=name, deadline=deadline)
    if model.options.postprocess is not None:
        return Answered(_written(outputs, rows=rows is not False))
    signature = model.signature(name)
    # A file does not say, so the answer has the form that the model allows.
    shown_as_rows = signature.batched if rows is None else rows
    return Answered(tfserving.encode_predict(signature, outputs, rows=shown_as_rows))


def _decode_predict(model: ServedModel, exchange: Exchange) -> tfserving.PredictRequest:
    if exchange.content_type not in ("", JSON):
        raise UnsupportedContent(_say_json(exchange.content_type))
    return tfserving.decode_predict(exchange.body, model.signatures, model.default_signature)


def _decode_infer(model: ServedModel, exchange: Exchange) -> openinference.InferRequest:
    if exchange.content_type not in ("", JSON, BINARY):
        raise UnsupportedContent(_say_json(exchange.content_type))
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
    raise UnsupportedContent(
        f"The content type {exchange.content_type[:60]!r} is not understood: send {JSON}, or the "
        f"file as image/*, audio/* or {BINARY}."
    )


def _say_json(content_type: str) -> str:
    said = f"The content type {content_type[:60]!r} is not understood here: send {JSON}"
    if content_type.startswith(("image/", "audio/")):
        return (
            f"{said}. For this model to take such files, give it a 'PREPROCESS' option in "
            "WHERRY['MODELS'] that turns the file's bytes into its inputs."
        )
    return f"{said} (curl: -H 'Content-Type: {JSON}')."


def _written(value: object, *, rows: bool) -> bytes:
    return document.write_checked({"predictions" if rows else "outputs": value})
