"""Logs as JSON: Cloud Run's, Docker's, Railway's; one object a line, or printed over many lines."""

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any, Final

from wherry.explain.prefixes import Said, split_prefix

_KEYS: Final = ("textPayload", "message", "log", "msg", "text")
_FIELD: Final = re.compile(
    r'\s{0,40}"(?:textPayload|message|log|msg)":\s{0,4}("(?:[^"\\]|\\.){0,60000}")\s{0,4},?\s*$'
)
_YAML: Final = re.compile(r"(?:- )?\s{0,8}textPayload: ?(.*)$", re.DOTALL)


def unfold(line: str) -> Iterator[Said] | None:
    """Return what is said inside a line of JSON, or None where it is no such line."""
    start = line.lstrip(" \t")
    if start.startswith("{") and start.rstrip().endswith(("}", "},")):
        return _object(start.rstrip().rstrip(","))
    if start.startswith('"'):
        found = _FIELD.match(line)
        if found:
            return _texts(_decode(found[1]), "", "")
    if "textPayload:" in line[:40]:
        found = _YAML.match(line)
        if found:
            text = found[1].strip()
            quoted = text.startswith(('"', "'"))
            return _texts(_decode(text) if quoted else text, "", "")
    return None


def _object(text: str) -> Iterator[Said] | None:
    try:
        entry = json.loads(text)
    except (ValueError, RecursionError):
        return None
    return _said(entry) if isinstance(entry, dict) else None


def _said(entry: Mapping[str, Any]) -> Iterator[Said] | None:
    process = str(entry.get("stream_name") or entry.get("container_name") or "")
    time = str(entry.get("timestamp") or entry.get("time") or "")
    payload = entry.get("jsonPayload")
    for source in (entry, payload if isinstance(payload, dict) else {}):
        for key in _KEYS:
            value = source.get(key)
            if isinstance(value, str):
                extra = source.get("exc_info") or source.get("exception") or source.get("stack")
                more = f"\n{extra}" if isinstance(extra, str) else ""
                return _texts(value + more, process, time)
    request = entry.get("httpRequest")
    if isinstance(request, dict):
        told = f'"{request.get("requestMethod")} {request.get("requestUrl")}" '
        return _texts(f"{told}status={request.get('status')}", process, time)
    return None


def _texts(text: str, process: str, time: str) -> Iterator[Said]:
    for line in text.rstrip("\n").split("\n"):
        said = split_prefix(line)
        yield Said(said.text, said.process or process, said.source or "json", said.time or time)


def _decode(quoted: str) -> str:
    try:
        return str(json.loads(quoted))
    except ValueError:
        return quoted.strip("\"'")
