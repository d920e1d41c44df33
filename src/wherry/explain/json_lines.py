"""Logs as JSON: Cloud Run's, Docker's, Railway's; one object a line, or printed over many lines."""

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any, Final

from wherry.explain.prefixes import Said, split_prefix

_KEYS: Final = ("textPayload", "message", "log", "msg", "text", "MESSAGE", "event", "line")
_STACKS: Final = ("exc_info", "exception", "stack", "traceback", "exc_text", "stack_trace")
_LOGFMT: Final = re.compile(
    r'(?:time|ts|level|t|lvl)=.{1,200}?\bmsg=("(?:[^"\\]|\\.){0,60000}")', re.DOTALL
)
# Elsewhere these are names: they count where they hold a sentence.
_NAMES: Final = frozenset(("event", "line"))
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
    if line[:1] in "tl" and "msg=" in line:
        found = _LOGFMT.match(line)
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
    for source in _layers(entry, "jsonPayload", "content"):
        for key in _KEYS:
            value = source.get(key)
            if isinstance(value, str) and (key not in _NAMES or " " in value.strip()):
                return _texts(value + _stack(source), process, time)
        if stack := _stack(source):
            return _texts(stack, process, time)
    request = entry.get("httpRequest")
    if isinstance(request, dict):
        told = f'"{request.get("requestMethod")} {request.get("requestUrl")}" '
        return _texts(f"{told}status={request.get('status')}", process, time)
    if "httpStatus" in entry:
        return _texts(_railway(entry), process, time)
    return None


def _layers(entry: Mapping[str, Any], *keys: str) -> Iterator[Mapping[str, Any]]:
    """Yield the entry and the objects that it wraps what was said in."""
    yield entry
    for key in keys:
        inner = entry.get(key)
        if isinstance(inner, dict):
            yield inner


def _stack(source: Mapping[str, Any]) -> str:
    """Return the traceback that stands beside the message, on lines of its own."""
    for layer in _layers(source, "error", "err", "exc"):
        for key in _STACKS:
            if isinstance(value := layer.get(key), str) and "\n" in value:
                return f"\n{value}"
    return ""


def _railway(entry: Mapping[str, Any]) -> str:
    """One request, as Railway's edge writes it down."""
    told = " ".join(str(entry.get(key) or "") for key in ("responseDetails", "upstreamErrors"))
    return f'"{entry.get("method")} {entry.get("path")}" status={entry["httpStatus"]} {told}'


def _texts(text: str, process: str, time: str) -> Iterator[Said]:
    for line in text.rstrip("\n").split("\n"):
        said = split_prefix(line)
        yield Said(said.text, said.process or process, said.source or "json", said.time or time)


def _decode(quoted: str) -> str:
    try:
        return str(json.loads(quoted))
    except ValueError:
        return quoted.strip("\"'")
