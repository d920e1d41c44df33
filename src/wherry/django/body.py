"""Read a request's body: bounded, whole, and unpacked."""

import zlib

from django.http import HttpRequest, UnreadablePostError

from wherry.errors import BodyTooSlow, InputTooLarge, InvalidInput, UnsupportedContent
from wherry.serving.exchange import Exchange, header_length

# Told to zlib: recognise the header of gzip and of zlib by itself.
_GZIP_OR_ZLIB = 32 + zlib.MAX_WBITS
_RAW_DEFLATE = -zlib.MAX_WBITS
_GZIP = 16 + zlib.MAX_WBITS


def read_body(request: HttpRequest, limit_bytes: int) -> bytes:
    """Return the body, unpacked if it came packed.

    Django's own DATA_UPLOAD_MAX_MEMORY_SIZE does not apply: tensors are larger than forms.

    Raises:
        InputTooLarge: it is longer than the limit; a body that says so is not read at all, and
            one that unpacks to more is unpacked no further.
        BodyTooSlow: the server has waited long enough for the rest of it.
        InvalidInput: it ended before its length, or does not unpack.
        UnsupportedContent: it is packed in a way that is not understood.
    """
    meta = request.META
    length = meta.get("CONTENT_LENGTH")
    try:
        body = (
            _read_sized(request, int(length), limit_bytes)
            if length
            else _read(request, limit_bytes)
        )
    except TimeoutError:
        raise _too_slow() from None
    except UnreadablePostError as error:
        # Django puts it around whatever the server's stream raises.
        if isinstance(error.__cause__, TimeoutError):
            raise _too_slow() from None
        raise InvalidInput("The body could not be read to its end.") from None
    except ValueError:
        raise InvalidInput("The header Content-Length is not a number.") from None
    encoding = meta.get("HTTP_CONTENT_ENCODING")
    if encoding and body:
        return _unpack(body, encoding.strip().lower(), limit_bytes)
    return body


def _read_sized(request: HttpRequest, length: int, limit_bytes: int) -> bytes:
    if length > limit_bytes:
        raise _too_large(limit_bytes)
    body = request.read()
    if len(body) != length:
        raise InvalidInput(f"The body ended after {len(body)} of the {length} bytes announced.")
    return body


def _read(request: HttpRequest, limit_bytes: int) -> bytes:
    """Read a body of unknown length (chunked): from the server, since Django reads none then."""
    stream = request.META.get("wsgi.input")
    if stream is None:  # ASGI: Django has collected the body already.
        stream = request
    elif not request.META.get("wsgi.input_terminated"):
        if request.META.get("HTTP_TRANSFER_ENCODING"):
            raise InvalidInput(
                "This server passes no chunked bodies on (Django's runserver does not): send the "
                "body with a Content-Length."
            )
        return b""
    body = bytearray()
    while chunk := stream.read(min(65536, limit_bytes + 1 - len(body))):
        body += chunk
        if len(body) > limit_bytes:
            raise _too_large(limit_bytes)
    return bytes(body)


def _unpack(body: bytes, encoding: str, limit_bytes: int) -> bytes:
    if encoding == "identity":
        return body
    if encoding not in ("gzip", "x-gzip", "deflate"):
        raise UnsupportedContent(
            "The header Content-Encoding may be gzip, deflate or identity, or be left out."
        )
    # "deflate" means zlib's format, but some senders leave its two-byte header out; every zlib
    # stream begins with 8 in the lower half of its first byte.
    raw = encoding == "deflate" and body[0] & 15 != 8
    unpacker = zlib.decompressobj(_RAW_DEFLATE if raw else _GZIP_OR_ZLIB)
    try:
        unpacked = unpacker.decompress(body, limit_bytes + 1)
    except zlib.error as error:
        raise InvalidInput(f"The body is not {encoding}: {error}.") from None
    if len(unpacked) > limit_bytes:
        raise _too_large(limit_bytes)
    if not unpacker.eof or unpacker.unused_data:
        raise InvalidInput(f"The body is not one whole {encoding} stream.")
    return unpacked


def read_exchange(request: HttpRequest, protocol: str, limit_bytes: int) -> Exchange:
    """Read a request for a prediction in a protocol, ``v1`` or ``v2``.

    Raises:
        WherryError: as of ``read_body``, or a header has no sense.
    """
    content_type = request.META.get("CONTENT_TYPE", "").partition(";")[0].strip().lower()
    length = header_length(request.META.get("HTTP_INFERENCE_HEADER_CONTENT_LENGTH"))
    return Exchange(protocol, content_type, read_body(request, limit_bytes), length)


def pack(request: HttpRequest, body: bytes) -> tuple[bytes, str | None]:
    """Pack an answer if the client asks for nothing but gzip, or nothing but deflate.

    Clients that list several by default take what comes; packing floats for them would cost more
    time than it saves bytes. Returns the body and the Content-Encoding.
    """
    encoding = request.META.get("HTTP_ACCEPT_ENCODING")
    if encoding not in ("gzip", "deflate"):
        return body, None
    packer = zlib.compressobj(1, wbits=_GZIP if encoding == "gzip" else zlib.MAX_WBITS)
    return packer.compress(body) + packer.flush(), encoding


def _too_slow() -> BodyTooSlow:
    return BodyTooSlow(
        "The body did not come in time: it may take as many seconds as WHERRY['BODY_TIMEOUT_S'] "
        "says, and fewer where many are slow at once."
    )


def _too_large(limit_bytes: int) -> InputTooLarge:
    return InputTooLarge(
        f"The body is larger than the {limit_bytes} bytes that are accepted here "
        "(WHERRY['MAX_BODY_BYTES'])."
    )
