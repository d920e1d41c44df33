"""What the app wrote into its own folder, and which request caused it: a restart undoes it."""

import bisect
from collections.abc import Callable
from pathlib import PurePosixPath
from typing import Final

from wherry.rehearse.events import FileWritten
from wherry.rehearse.record import Record
from wherry.rehearse.rehearsal import Vanished

_MOST: Final = 200
_LATE_S: Final = 0.25
"""A file's time is that of its last write, which may come just after the answer."""
_NO_LOSS: Final = frozenset(("__pycache__", ".pytest_cache", ".cache", ".config", ".local", ".npm"))
_NO_LOSS_ENDINGS: Final = (".pyc", ".pyo", ".pid", ".sock", ".lock", "-shm", "-wal", "-journal")
_SQLITE: Final = b"SQLite format 3\0"
_DATABASES: Final = (".sqlite3", ".sqlite", ".db", ".db3")
_MODELS: Final = frozenset(
    (
        *(".h5", ".hdf5", ".keras", ".pb", ".tflite", ".onnx", ".pt", ".pth", ".pkl", ".pickle"),
        *(".joblib", ".safetensors", ".npz", ".ckpt", ".weights"),
    )
)
_UPLOADS: Final = frozenset(
    (
        *(".jpg", ".jpeg", ".png", ".gif", ".webp", ".bmp", ".tif", ".tiff", ".heic", ".svg"),
        *(".wav", ".mp3", ".ogg", ".flac", ".m4a", ".mp4", ".webm", ".avi", ".mov", ".mid"),
        *(".pdf", ".csv", ".txt", ".doc", ".docx", ".xls", ".xlsx", ".zip", ".json"),
    )
)
_UPLOAD_WORDS: Final = frozenset(("media", "upload", "uploads", "uploaded", "uploaded_files"))
_CACHE_WORDS: Final = frozenset(("cache", "caches", "tmp", "temp"))

_READS: Final = frozenset(("", "GET", "HEAD", "OPTIONS"))

type Spans = list[tuple[float, float, str, str]]
type Head = Callable[[str, str], bytes]
"""Reads the first bytes of a dyno's file: of which dyno, and which path."""


def vanished(record: Record, begun_at: float, head: Head) -> tuple[Vanished, ...]:
    """Return what a restart undoes, that of requests first, the largest files first in each."""
    spans = sorted(record.spans)
    longest = max((end - start for start, end, _, _ in spans), default=0.0)
    found = [
        _vanished(file, _request(file.at, spans, longest), begun_at, head)
        for file in record.files.values()
        if _matters(file.path)
    ]
    found.sort(key=lambda one: (not one.request, -one.size_bytes, one.path))
    return tuple(found[:_MOST])


def _vanished(file: FileWritten, request: str, begun_at: float, head: Head) -> Vanished:
    return Vanished(
        path=file.path,
        size_bytes=file.size_bytes,
        kind=file.kind,
        what=_what(file, request, head(file.dyno, file.path)),
        since_s=max(0.0, file.at - begun_at),
        dyno=file.dyno,
        request=request,
    )


def _matters(path: str) -> bool:
    parts = PurePosixPath(path).parts
    if _NO_LOSS.intersection(parts) or path.startswith(".heroku/"):
        return False
    return not path.endswith(_NO_LOSS_ENDINGS)


def _what(file: FileWritten, request: str, head: bytes) -> str:
    path = PurePosixPath(file.path.lower())
    folders = set(path.parts[:-1])
    if head.startswith(_SQLITE) or (path.suffix in _DATABASES and not head):
        return "SQLite database"
    if any(folder.startswith(".") for folder in path.parts) or folders & _CACHE_WORDS:
        return "cache"
    if path.suffix in _MODELS:
        return "model"
    sent = request.partition(" ")[0] not in _READS
    if folders & _UPLOAD_WORDS or (path.suffix in _UPLOADS and file.kind == "new" and sent):
        return "upload"
    if path.suffix == ".log" or "logs" in folders:
        return "log"
    return "file"


def _request(at: float, spans: Spans, longest: float) -> str:
    """Return the request during which it was written: one that sends something, if there is one."""
    index = bisect.bisect_right(spans, (at, float("inf"), "", ""))
    earliest = at - longest - _LATE_S
    running: list[tuple[str, str]] = []
    ended: list[tuple[str, str]] = []
    for begun, end, method, path in reversed(spans[:index]):
        if begun < earliest:
            break
        if at <= end + _LATE_S:
            (running if at <= end else ended).append((method, path))
    for found in (running, ended):
        sending = [one for one in found if one[0] not in _READS]
        if found:
            return " ".join((sending or found)[0])
    return ""
