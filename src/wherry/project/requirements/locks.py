"""The lock files of uv, Poetry and Pipenv."""

import re
from collections.abc import Iterable, Mapping
from typing import Any, Final

from wherry.project.documents import Document, strings
from wherry.project.requirements.requirement import Lock, Locked, canonical

_ELSEWHERE: Final = re.compile(
    r"(?:sys_platform|platform_system)\s*==\s*['\"](?:win32|darwin|Windows|Darwin|cygwin)['\"]"
)
_SOURCES: Final = ("registry", "git", "url", "path", "directory", "editable", "virtual")


def read_uv_lock(document: Document) -> Lock:
    """Return a uv.lock; what only development groups and extras need is marked as such."""
    packages = [entry for entry in _list(document.data.get("package")) if "name" in entry]
    lines = _package_lines(document)
    root = next((entry for entry in packages if _is_root(entry)), {})
    wanted = _closure(packages, root)
    locked = tuple(
        Locked(
            name=canonical(str(entry["name"])),
            version=str(entry.get("version", "")),
            file=document.text.path,
            line=lines[index] if index < len(lines) else 1,
            source=_uv_source(entry),
            groups=() if canonical(str(entry["name"])) in wanted else ("other",),
            wheels=tuple(
                _file_name(str(w.get("url", w.get("filename", ""))))
                for w in _list(entry.get("wheels"))
            ),
            sdist="sdist" in entry,
        )
        for index, entry in enumerate(packages)
        if entry is not root
    )
    python = document.data.get("requires-python", "")
    return Lock(
        "uv",
        document.text.path,
        locked,
        requires_python=python if isinstance(python, str) else "",
        declares=_uv_declares(root),
    )


def _uv_declares(root: Mapping[str, Any]) -> Mapping[str, tuple[str, ...]] | None:
    metadata = root.get("metadata")
    if not isinstance(metadata, Mapping) or "requires-dist" not in metadata:
        return {} if root and "dependencies" not in root else None
    found: dict[str, tuple[str, ...]] = {}
    for entry in _list(metadata["requires-dist"]):
        if "name" in entry and "extra ==" not in str(entry.get("marker", "")):
            name = canonical(str(entry["name"]))
            # Of what has a source of its own the lock keeps no specifier.
            plain = set(entry) <= {"name", "specifier", "marker", "extras"}
            found[name] = (*found.get(name, ()), str(entry.get("specifier", "")) if plain else "?")
    return found


def _is_root(entry: Mapping[str, Any]) -> bool:
    source = entry.get("source")
    return isinstance(source, Mapping) and "." in (source.get("virtual"), source.get("editable"))


def _uv_source(entry: Mapping[str, Any]) -> str:
    source = entry.get("source")
    return next((kind for kind in _SOURCES if isinstance(source, Mapping) and kind in source), "")


def _closure(packages: list[Mapping[str, Any]], root: Mapping[str, Any]) -> set[str]:
    """Return the names of what the project's own dependencies bring along on Linux."""
    needs: dict[str, set[str]] = {}
    for entry in packages:
        name = canonical(str(entry["name"]))
        found = set(_needed(entry.get("dependencies")))
        for extra in _tables(entry.get("optional-dependencies")):
            found |= set(_needed(extra))
        needs.setdefault(name, set()).update(found)
    waiting = list(_needed(root.get("dependencies")))
    wanted: set[str] = set()
    while waiting:
        name = waiting.pop()
        if name not in wanted:
            wanted.add(name)
            waiting += needs.get(name, ())
    return wanted


def _needed(entries: object) -> Iterable[str]:
    for entry in _list(entries):
        if "name" in entry and not _ELSEWHERE.search(str(entry.get("marker", ""))):
            yield canonical(str(entry["name"]))


def read_poetry_lock(document: Document) -> Lock:
    """Return a poetry.lock, of whichever release of Poetry."""
    packages = [entry for entry in _list(document.data.get("package")) if "name" in entry]
    lines = _package_lines(document)
    metadata = document.table("metadata")
    files = document.table("metadata", "files")
    locked = tuple(
        Locked(
            name=canonical(str(entry["name"])),
            version=str(entry.get("version", "")),
            file=document.text.path,
            line=lines[index] if index < len(lines) else 1,
            source=_poetry_source(entry),
            groups=_poetry_groups(entry),
            wheels=tuple(_wheels(entry.get("files") or files.get(str(entry["name"])))),
            sdist=any(
                str(file.get("file", "")).endswith((".tar.gz", ".zip"))
                for file in _list(entry.get("files") or files.get(str(entry["name"])))
            ),
        )
        for index, entry in enumerate(packages)
    )
    python = metadata.get("python-versions", "")
    return Lock(
        "poetry",
        document.text.path,
        locked,
        requires_python=python if isinstance(python, str) else "",
        content_hash=str(metadata.get("content-hash", "")),
    )


def _poetry_groups(entry: Mapping[str, Any]) -> tuple[str, ...]:
    groups = strings(entry.get("groups", ())) or strings(entry.get("category", ()))
    if "main" in groups or not groups:
        return ("optional",) if entry.get("optional") is True else ()
    return groups


def _poetry_source(entry: Mapping[str, Any]) -> str:
    source = entry.get("source")
    kind = source.get("type", "registry") if isinstance(source, Mapping) else "registry"
    return "registry" if kind == "legacy" else str(kind)


def read_pipfile_lock(document: Document) -> Lock:
    """Return a Pipfile.lock."""
    locked = []
    for section, groups in (("default", ()), ("develop", ("develop",))):
        after = document.line_of_key(section) or 0
        for name, entry in document.table(section).items():
            table = entry if isinstance(entry, Mapping) else {}
            locked.append(
                Locked(
                    name=canonical(name),
                    version=str(table.get("version", "")).removeprefix("=="),
                    file=document.text.path,
                    line=document.line_of_key(name, after) or 1,
                    source="git" if "git" in table else "path" if "path" in table else "registry",
                    marker=str(table.get("markers", "")),
                    groups=groups,
                )
            )
    digest = document.table("_meta", "hash").get("sha256", "")
    return Lock("pipenv", document.text.path, tuple(locked), content_hash=str(digest))


def _package_lines(document: Document) -> list[int]:
    return [
        number
        for number, line in enumerate(document.text.lines, 1)
        if line.startswith("[[package]]")
    ]


def _list(value: object) -> list[Mapping[str, Any]]:
    if not isinstance(value, list):
        return []
    return [item for item in value if isinstance(item, Mapping)]


def _tables(value: object) -> list[object]:
    return list(value.values()) if isinstance(value, Mapping) else []


def _wheels(files: object) -> Iterable[str]:
    for file in _list(files):
        name = str(file.get("file", ""))
        if name.endswith(".whl"):
            yield name


def _file_name(address: str) -> str:
    return address.rpartition("/")[2]
