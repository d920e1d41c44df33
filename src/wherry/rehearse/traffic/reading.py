"""Read the requests that a user gives: a list of lines, JSON lines, or a HAR."""

import base64
import binascii
import json
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlsplit

from wherry.errors import InvalidInput
from wherry.findings import Skipped
from wherry.rehearse.traffic.planned import (
    MOST_BODY_BYTES,
    MOST_REQUESTS,
    Plan,
    PlannedRequest,
)

_MOST_FILE_BYTES: Final = 256 * 1024 * 1024
_METHOD: Final = re.compile(r"[A-Za-z!#$%&'*+.^_`|~0-9-]{1,127}")
_NAME: Final = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]{1,1000}")
_KEYS: Final = frozenset(("method", "path", "headers", "body", "json", "body_file"))
# The sender writes these itself; a session's cookie is of another database.
_NOT_TAKEN: Final = frozenset(
    (
        *("host", "content-length", "connection", "transfer-encoding", "keep-alive", "upgrade"),
        *("proxy-connection", "te", "expect", "x-request-id"),
    )
)


class _Wrong(ValueError):
    """A request in the file is none."""


def read_requests(path: Path, host: str = "localhost") -> Plan:
    """Read a file of requests.

    Each line is ``GET /path``, or a JSON object with method, path, headers, and body, json or
    body_file; lines that begin with ``#`` are comments. A file that is one JSON object with a
    ``log`` is a HAR, of which the requests to its first host are taken.

    Args:
        path: The file.
        host: What the Host header shall say.

    Raises:
        InvalidInput: it cannot be read, or a request in it is none; the sentence says where.
    """
    text = _text(path)
    if text.lstrip().startswith("{") and '"entries"' in text:
        requests, skipped = _read_har(path, text)
    else:
        requests, skipped = tuple(_read_lines(path, text)), ()
    if not requests:
        raise InvalidInput(
            f"{path} holds no request. Write one a line, as in: GET /, or save a HAR in the"
            " browser's network tab."
        )
    if sum(len(request.body) for request in requests) > _MOST_FILE_BYTES:
        raise InvalidInput(
            f"The bodies of {path} come to more than {_MOST_FILE_BYTES} bytes; give fewer requests."
        )
    return Plan(requests[:MOST_REQUESTS], path.name, host, skipped)


def _text(path: Path) -> str:
    try:
        with path.open("rb") as file:
            content = file.read(_MOST_FILE_BYTES + 1)
    except OSError as error:
        raise InvalidInput(f"{path} cannot be read: {error.strerror}.") from error
    if len(content) > _MOST_FILE_BYTES:
        raise InvalidInput(f"{path} is larger than {_MOST_FILE_BYTES} bytes; give fewer requests.")
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise InvalidInput(f"{path} is no text in UTF-8: {error.reason}.") from error


def _read_lines(path: Path, text: str) -> Iterator[PlannedRequest]:
    count = 0
    for number, line in enumerate(text.splitlines(), 1):
        stripped = line.strip()
        if not stripped or stripped.startswith("#"):
            continue
        count += 1
        if count > MOST_REQUESTS:
            raise InvalidInput(f"{path} holds more than {MOST_REQUESTS} requests; give fewer.")
        try:
            yield _read_line(path, stripped, f"{path.name}:{number}")
        except _Wrong as wrong:
            raise InvalidInput(
                f"{path}:{number}: {wrong}. Write a request as GET /path, or as a JSON object"
                " with method, path, headers, and body, json or body_file."
            ) from None


def _read_line(path: Path, line: str, source: str) -> PlannedRequest:
    if line.startswith("{"):
        try:
            entry = json.loads(line)
        except (ValueError, RecursionError) as error:
            raise _Wrong(f"this is no JSON: {error}") from None
        return _read_object(path.parent, entry, source)
    words = line.split()
    if len(words) == 1 and words[0].startswith(("/", "http://", "https://")):
        words.insert(0, "GET")
    if len(words) != 2:
        raise _Wrong("this is no method with a path")
    return PlannedRequest(_method(words[0]), _path(words[1]), source=source)


def _read_object(folder: Path, entry: Mapping[str, Any], source: str) -> PlannedRequest:
    unknown = sorted(entry.keys() - _KEYS)
    if unknown:
        raise _Wrong(f"{', '.join(map(repr, unknown))} means nothing here")
    headers = entry.get("headers", {})
    if not isinstance(headers, dict):
        raise _Wrong("'headers' is no object")
    pairs = tuple(_header(name, value) for name, value in headers.items())
    body, content_type = _body(folder, entry)
    if content_type and "content-type" not in {name.lower() for name, _ in pairs}:
        pairs += (("Content-Type", content_type),)
    return PlannedRequest(
        method=_method(entry.get("method", "POST" if body else "GET")),
        path=_path(entry.get("path")),
        headers=tuple(pair for pair in pairs if pair[0].lower() not in _NOT_TAKEN),
        body=body,
        source=source,
    )


def _body(folder: Path, entry: Mapping[str, Any]) -> tuple[bytes, str]:
    """Return the body, and its type where the entry tells it."""
    given = [key for key in ("body", "json", "body_file") if key in entry]
    if len(given) > 1:
        raise _Wrong(f"{' and '.join(map(repr, given))} exclude each other")
    if not given:
        return b"", ""
    value = entry[given[0]]
    if given == ["json"]:
        return json.dumps(value).encode(), "application/json"
    if not isinstance(value, str):
        raise _Wrong(f"{given[0]!r} is no text")
    if given == ["body"]:
        return value.encode(), ""
    try:
        with (folder / value).open("rb") as file:
            content = file.read(MOST_BODY_BYTES + 1)
    except (OSError, ValueError) as error:
        raise _Wrong(f"the body {value!r} cannot be read: {error}") from None
    if len(content) > MOST_BODY_BYTES:
        raise _Wrong(f"the body {value!r} is larger than {MOST_BODY_BYTES} bytes")
    return content, ""


def _method(value: object) -> str:
    if not isinstance(value, str) or not _METHOD.fullmatch(value):
        raise _Wrong(f"{str(value)[:40]!r} is no method")
    if value.upper() == "CONNECT":
        raise _Wrong("the platform's router takes no CONNECT")
    return value.upper()


def _path(value: object) -> str:
    """Return the path with its query; of a whole address, its host is left out."""
    if not isinstance(value, str):
        raise _Wrong("it has no path")
    if value.startswith(("http://", "https://")):
        try:
            parts = urlsplit(value)
        except ValueError as error:
            raise _Wrong(f"{value[:80]!r} is no address: {error}") from None
        value = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    if not value.startswith("/"):
        raise _Wrong(f"the path {value[:80]!r} does not begin with a slash")
    value = value.partition("#")[0]
    if any(not character.isprintable() or character == " " for character in value):
        raise _Wrong(f"the path {value[:80]!r} has a space or a control character in it")
    return "".join(character if character.isascii() else _escaped(character) for character in value)


def _escaped(character: str) -> str:
    return "".join(f"%{byte:02X}" for byte in character.encode("utf-8", errors="replace"))


def _header(name: str, value: object) -> tuple[str, str]:
    text = str(value)
    if not _NAME.fullmatch(name) or not text.isascii() or not text.isprintable():
        raise _Wrong(f"{name[:80]!r} is no header")
    return name, text


def _read_har(path: Path, text: str) -> tuple[tuple[PlannedRequest, ...], tuple[Skipped, ...]]:
    """Return the requests to the site that was recorded, and what was left out."""
    try:
        entries = json.loads(text)["log"]["entries"]
        requests = [entry["request"] for entry in entries]
        hosts = [urlsplit(request["url"]).netloc for request in requests]
    except (ValueError, KeyError, TypeError, RecursionError) as error:
        raise InvalidInput(
            f"{path} is no HAR ({error or type(error).__name__}). Save it again in the browser's"
            " network tab, or give a list: GET /path, one a line."
        ) from None
    site = hosts[0] if hosts else ""
    taken: list[PlannedRequest] = []
    skipped: list[Skipped] = []
    for number, (request, host) in enumerate(zip(requests, hosts, strict=True), 1):
        where = f"{path.name}, entry {number}"
        if host != site:
            skipped.append(Skipped(where, f"it goes to another host than {site}"))
            continue
        try:
            taken.append(_har_request(request, where))
        except (_Wrong, KeyError, TypeError, ValueError) as wrong:
            skipped.append(Skipped(where, f"it cannot be sent: {wrong}"))
    return tuple(taken), tuple(skipped)


def _har_request(request: Mapping[str, Any], where: str) -> PlannedRequest:
    post = request.get("postData") or {}
    body = str(post.get("text", "")).encode()
    if post.get("encoding") == "base64":
        try:
            body = base64.b64decode(body, validate=True)
        except binascii.Error:
            raise _Wrong("its body is no base64") from None
    left_out = _NOT_TAKEN | {"cookie"}
    headers = tuple(
        _header(header["name"], header["value"])
        for header in request.get("headers", ())
        if not header["name"].startswith(":") and header["name"].lower() not in left_out
    )
    return PlannedRequest(_method(request["method"]), _path(request["url"]), headers, body, where)
