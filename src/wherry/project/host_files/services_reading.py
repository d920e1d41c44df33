"""Reads fly.toml, render.yaml, railway.json and railway.toml."""

from collections.abc import Callable, Iterator, Mapping
from typing import Any, Final

from wherry.project.documents import Document, string, strings, variables
from wherry.project.folder import Folder
from wherry.project.host_files.services import Service


def read_services(folder: Folder) -> tuple[Service, ...]:
    """Return the services that these files describe where the host builds, or at the root."""
    found: list[Service] = []
    for name, reader in _READERS.items():
        path = folder.deployed(name)
        if not path and folder.files.deployed(name):
            path = name
        document = folder.document(path) if path else None
        if document is not None and document.problem is None:
            found += reader(document)
    return tuple(found)


def _fly(document: Document) -> Iterator[Service]:
    data = document.data
    http = document.table("http_service")
    old = _first(data.get("services"))
    build = document.table("build")
    processes = document.table("processes")
    web = _first_name(processes, strings(http.get("processes", ())))
    port = http.get("internal_port", old.get("internal_port"))
    checks = [*_tables(http.get("checks")), *_tables(old.get("http_checks"))]
    checks += [table for table in document.table("checks").values() if isinstance(table, Mapping)]
    size = _first(data.get("vm")) or document.table("vm")
    release = document.table("deploy").get("release_command")
    yield Service(
        host="fly",
        path=document.text.path,
        name=string(data.get("app")),
        kind="web" if http or old or not processes else "worker",
        runtime="docker"
        if not build.get("builder") and not build.get("buildpacks")
        else "buildpack",
        start_command=string(processes.get(web)) if web else "",
        release_command=string(release),
        dockerfile=string(build.get("dockerfile")),
        env=variables(document.table("env")),
        port=port if isinstance(port, int) else None,
        health_path=next((string(check.get("path")) for check in checks if check.get("path")), ""),
        size=string(size.get("memory", size.get("memory_mb", size.get("size", "")))),
        lines=_lines(
            document,
            port="internal_port",
            health_path="path",
            start_command=web,
            release_command="release_command",
        ),
    )


def _first_name(processes: Mapping[str, Any], served: tuple[str, ...]) -> str:
    names = [*served, "app", "web", *processes]
    return next((name for name in names if name in processes), "")


def _render(document: Document) -> Iterator[Service]:
    for entry in _tables(document.data.get("services")):
        name = string(entry.get("name"))
        after = document.text.line_of(f"name: {name}") or 0 if name else 0
        start = "startCommand" if entry.get("startCommand") else "dockerCommand"
        yield Service(
            host="render",
            path=document.text.path,
            name=name,
            kind={"pserv": "web", "web": "web"}.get(string(entry.get("type")), "worker"),
            runtime=string(entry.get("runtime", entry.get("env", ""))),
            root=string(entry.get("rootDir")).strip("./"),
            build_command=string(entry.get("buildCommand")),
            start_command=string(entry.get(start)),
            release_command=string(entry.get("preDeployCommand")),
            dockerfile=string(entry.get("dockerfilePath")),
            env=_render_env(entry.get("envVars")),
            health_path=string(entry.get("healthCheckPath")),
            size=string(entry.get("plan")),
            # Keys may stand before the name: the first one of the file is near enough then.
            lines=_lines(
                document,
                after=max(after - 8, 0),
                start_command=start,
                build_command="buildCommand",
                health_path="healthCheckPath",
                root="rootDir",
            ),
        )


def _render_env(entries: object) -> dict[str, str | None]:
    return {
        string(entry.get("key")): string(entry["value"]) if "value" in entry else None
        for entry in _tables(entries)
        if entry.get("key")
    }


def _railway(document: Document) -> Iterator[Service]:
    deploy, build = document.table("deploy"), document.table("build")
    builder = string(build.get("builder")).upper()
    release = deploy.get("preDeployCommand")
    yield Service(
        host="railway",
        path=document.text.path,
        runtime="docker" if builder == "DOCKERFILE" else "",
        build_command=string(build.get("buildCommand")),
        start_command=string(deploy.get("startCommand")),
        release_command=" && ".join(strings(release)),
        dockerfile=string(build.get("dockerfilePath")),
        health_path=string(deploy.get("healthcheckPath")),
        lines=_lines(
            document,
            start_command="startCommand",
            build_command="buildCommand",
            health_path="healthcheckPath",
        ),
    )


_READERS: Final[Mapping[str, Callable[[Document], Iterator[Service]]]] = {
    "fly.toml": _fly,
    "render.yaml": _render,
    "railway.json": _railway,
    "railway.toml": _railway,
}


def _lines(document: Document, after: int = 0, **keys: str) -> dict[str, int]:
    found = {
        attribute: document.line_of_key(key, after) or document.line_of_key(key)
        for attribute, key in keys.items()
        if key
    }
    return {attribute: line for attribute, line in found.items() if line is not None}


def _tables(value: object) -> list[Mapping[str, Any]]:
    if not isinstance(value, list):
        return []
    return [item for item in value if isinstance(item, Mapping)]


def _first(value: object) -> Mapping[str, Any]:
    tables = _tables(value)
    return tables[0] if tables else {}
