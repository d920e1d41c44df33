"""The hash by which a lock file knows the file that it was made from."""

import hashlib
import json
from collections.abc import Mapping
from typing import Any, Final

from wherry.project.documents import Document
from wherry.project.requirements.requirement import canonical

# As poetry/packages/locker.py of Poetry 2.4 and pipenv/project.py of Pipenv 2026.7 have it.
_POETRY_OLD: Final = ("dependencies", "source", "extras", "dev-dependencies")
_PROJECT_KEYS: Final = ("requires-python", "dependencies", "optional-dependencies")
_PIPENV_SECTIONS: Final = frozenset(
    (
        *("source", "packages", "dev-packages", "requires", "scripts", "pipfile", "pipenv"),
        *("default", "develop"),
    )
)


def digests(kind: str, document: Document) -> frozenset[str]:
    """Return the hashes that a lock may carry today: that of each way to reckon it.

    Empty where the manager's lock carries none.
    """
    # Without a source Pipenv fills in its own, which is not known here.
    if kind == "pipenv" and "source" in document.data:
        return frozenset(_pipenv(document.data, names) for names in (str, canonical))
    if kind == "poetry":
        # Before Poetry 2.3 the dependency groups were no part of it.
        return frozenset((_poetry(document, groups=True), _poetry(document, groups=False)))
    return frozenset()


def _pipenv(data: Mapping[str, Any], names: Any) -> str:
    wanted: dict[str, Any] = {
        "_meta": {"sources": data.get("source", {}), "requires": data.get("requires", {})},
        "default": _named(data.get("packages", {}), names),
        "develop": _named(data.get("dev-packages", {}), names),
    }
    for category, entries in data.items():
        if category not in _PIPENV_SECTIONS:
            wanted[category] = _named(entries, names)
    return _sha256(json.dumps(wanted, sort_keys=True, separators=(",", ":"), default=str))


def _named(entries: Any, names: Any) -> Any:
    if not isinstance(entries, Mapping):
        return entries
    return {names(name): entry for name, entry in entries.items()}


def _poetry(document: Document, *, groups: bool) -> str:
    project, tool = document.table("project"), document.table("tool", "poetry")
    own = {key: project[key] for key in _PROJECT_KEYS if project.get(key) is not None}
    grouped = document.table("dependency-groups") if groups else {}
    wanted: dict[str, Any] = {}
    for key in (*_POETRY_OLD, "group"):
        value = tool.get(key)
        if value is None and (key not in _POETRY_OLD or own or grouped):
            continue
        wanted[key] = value
    content: dict[str, Any] = {}
    if own:
        content["project"] = own
    if grouped:
        content["dependency-groups"] = grouped
    content = {**content, "tool": {"poetry": wanted}} if content else wanted
    return _sha256(json.dumps(content, sort_keys=True, default=str))


def _sha256(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()
