"""Reads app.json and heroku.yml."""

from collections.abc import Mapping
from typing import Any

from wherry.project.documents import string, strings
from wherry.project.folder import Folder
from wherry.project.host_files.app_json import AppJson, HerokuYml


def read_app_json(folder: Folder) -> AppJson | None:
    """Return the app.json where the host builds; None where there is none that can be read."""
    path = folder.deployed("app.json")
    document = folder.document(path) if path else None
    if document is None or document.problem is not None:
        return None
    data = document.data
    return AppJson(
        path=path,
        env={name: _value(entry) for name, entry in document.table("env").items()},
        buildpacks=_named(data.get("buildpacks"), "url"),
        stack=string(data.get("stack")),
        formation={
            name: (entry.get("quantity"), string(entry.get("size")))
            for name, entry in document.table("formation").items()
            if isinstance(entry, Mapping)
        },
        addons=_named(data.get("addons"), "plan"),
    )


def _value(entry: object) -> str | None:
    if isinstance(entry, Mapping):
        return string(entry["value"]) if "value" in entry else None
    return string(entry)


def _named(entries: object, key: str) -> tuple[str, ...]:
    if not isinstance(entries, list):
        return ()
    return tuple(
        string(entry.get(key)) if isinstance(entry, Mapping) else string(entry) for entry in entries
    )


def read_heroku_yml(folder: Folder) -> HerokuYml | None:
    """Return the heroku.yml where the host builds; None where there is none that can be read."""
    path = folder.deployed("heroku.yml")
    document = folder.document(path) if path else None
    if document is None or document.problem is not None:
        return None
    docker = document.table("build", "docker")
    return HerokuYml(
        path=path,
        dockerfiles={name: _dockerfile(entry) for name, entry in docker.items()},
        run={name: _command(entry) for name, entry in document.table("run").items()},
    )


def _dockerfile(entry: Any) -> str:
    return string(entry.get("dockerfile")) if isinstance(entry, Mapping) else string(entry)


def _command(entry: Any) -> str:
    if isinstance(entry, Mapping):
        entry = entry.get("command", "")
    return " ".join(strings(entry))
