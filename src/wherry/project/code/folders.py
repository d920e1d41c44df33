"""Paths that count from the project, joined and shortened as os.path and pathlib do."""

import posixpath

from wherry.project.code.values import UNKNOWN, Folder, Plain


def joined(base: Plain, *parts: Plain) -> Plain:
    """Return a path with parts behind it; an absolute part begins anew."""
    found = base
    for part in parts:
        found = _join(found, part)
    return found


def parent(path: Plain, levels: int = 1) -> Plain:
    """Return the folder that holds it."""
    for _ in range(levels):
        path = joined(path, "..") if isinstance(path, Folder) else _text_parent(path)
    return path


def suffixed(path: Folder, text: str) -> Plain:
    """Return what text behind a path gives: BASE_DIR + "/model.h5"."""
    if text.startswith("/"):
        return joined(path, text.lstrip("/"))
    if text.startswith("\\") or path.path:
        return Folder(posixpath.normpath(f"{path.path}{text}"))
    return UNKNOWN


def named(path: Plain) -> Plain:
    """Return the last part."""
    text = path.path if isinstance(path, Folder) else path
    return posixpath.basename(text) if isinstance(text, str) and text else UNKNOWN


def _join(base: Plain, part: Plain) -> Plain:
    if isinstance(part, Folder):
        return part
    if not isinstance(part, str):
        return UNKNOWN
    if part.startswith("/"):
        return part
    if isinstance(base, Folder):
        path = posixpath.normpath(posixpath.join(base.path, part))
        return Folder("" if path == "." else path)
    if isinstance(base, str):
        return posixpath.join(base, part) if base else part
    return UNKNOWN


def _text_parent(path: Plain) -> Plain:
    return posixpath.dirname(path) if isinstance(path, str) else UNKNOWN
