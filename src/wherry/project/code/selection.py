"""Which settings module runs on the host, by what the project's own files say."""

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from wherry.project.code.indexing import argument
from wherry.project.code.namespaces import Namespaces
from wherry.project.code.settings import Settings
from wherry.project.code.source import Source
from wherry.project.code.sources import Sources

VARIABLE: Final = "DJANGO_SETTINGS_MODULE"
CONFIGURATION: Final = "DJANGO_CONFIGURATION"
_PRODUCTION: Final = ("production", "prod", "heroku", "deploy", "deployment", "live", "render")
_LOOKS_SET: Final = re.compile(
    r"^(INSTALLED_APPS|ROOT_URLCONF|DATABASES|MIDDLEWARE)\s*[:+]?=", re.MULTILINE
)


@dataclass(frozen=True, slots=True)
class Named:
    """A settings module that something names.

    Attributes:
        path: The file that names it, and the line there.
    """

    module: str
    path: str
    line: int


def served(sources: Sources, namespaces: Namespaces) -> Settings | None:
    """Return the settings that the web process runs with; None where the project has none."""
    for named in _named_for_server(sources, namespaces):
        found = _settings(sources, namespaces, named.module, (named.path, named.line))
        if found is not None:
            return found
        if sources.is_local(named.module.partition(".")[0]):
            return None  # it is named and not there: what else there is does not run
    return _guess(sources, namespaces)


def built(sources: Sources, namespaces: Namespaces) -> Settings | None:
    """Return the settings that manage.py runs with, and so collectstatic in the build."""
    named = [*_from_variables(sources), *_from_files(sources, namespaces, "manage.py")]
    for entry in named:
        found = _settings(sources, namespaces, entry.module, (entry.path, entry.line))
        if found is not None:
            return found
    return None


def named(sources: Sources, namespaces: Namespaces) -> list[Named]:
    """Return every settings module that something names for the server, likeliest first."""
    return list(_named_for_server(sources, namespaces))


def _named_for_server(sources: Sources, namespaces: Namespaces) -> Iterator[Named]:
    yield from _from_variables(sources)
    for server in sources.contents.servers.values():
        for variable in server.env:
            if variable == VARIABLE and server.env[variable]:
                yield Named(server.env[variable], server.where.path, server.where.line or 1)
        source = sources.module(server.module)
        if source is not None:
            yield from _in_file(source, namespaces)
    yield from _from_files(sources, namespaces, "wsgi.py")
    yield from _from_files(sources, namespaces, "asgi.py")
    yield from _from_files(sources, namespaces, "manage.py")


def _from_variables(sources: Sources) -> Iterator[Named]:
    """Return what files that set the environment name: Dockerfile, app.json, fly.toml ..."""
    value = namespaces_value(sources)
    if value is not None:
        yield value


def namespaces_value(sources: Sources) -> Named | None:
    """Return the module that the environment of the host names."""
    from_docker = sources.contents.dockerfile
    if from_docker is not None and from_docker.env.get(VARIABLE):
        return Named(from_docker.env[VARIABLE], from_docker.path, 1)
    app = sources.contents.app_json
    if app is not None and app.env.get(VARIABLE):
        return Named(app.env[VARIABLE] or "", app.path, 1)
    for service in sources.contents.services:
        module = service.env.get(VARIABLE)
        if module and service.kind == "web":
            return Named(module, service.path, 1)
    return None


def _from_files(sources: Sources, namespaces: Namespaces, name: str) -> Iterator[Named]:
    paths = sorted(
        (path for path in sources.paths if path.rpartition("/")[2] == name),
        key=lambda path: (path.count("/"), path),
    )
    app = sources.contents.app
    paths.sort(key=lambda path: bool(app) and not path.startswith(f"{app}/"))
    for path in paths:
        source = sources.get(path)
        if source is not None and VARIABLE in source.text:
            yield from _in_file(source, namespaces)


def _in_file(source: Source, namespaces: Namespaces) -> Iterator[Named]:
    for node, value in _assigned(source):
        found = namespaces.evaluator(source).value(value)
        for plain in found.possible:
            if isinstance(plain, str):
                yield Named(plain, source.path, node.lineno)


def _assigned(
    source: Source, variable: str = VARIABLE
) -> Iterator[tuple[ast.stmt | ast.expr, ast.expr]]:
    """Return what a file gives a variable, by setdefault or by assignment."""
    for call in source.index.calls:
        if source.resolve(call.node.func) == "os.environ.setdefault":
            name, value = argument(call.node, 0), argument(call.node, 1)
            if isinstance(name, ast.Constant) and name.value == variable and value is not None:
                yield call.node, value
    for statement, _, _ in source.index.statements:
        if not isinstance(statement, ast.Assign):
            continue
        for target in statement.targets:
            if (
                isinstance(target, ast.Subscript)
                and isinstance(target.slice, ast.Constant)
                and target.slice.value == variable
            ):
                yield statement, statement.value


def _settings(
    sources: Sources, namespaces: Namespaces, module: str, named_by: tuple[str, int] | None
) -> Settings | None:
    source = sources.module(module)
    if source is None or source.tree is None:
        return None
    namespace = namespaces.of(source)
    whole = namespace.whole
    if _by_classes(source):
        name = _class_named(sources, namespaces, "" if named_by is None else named_by[0])
        chosen = namespaces.of_class(source, name) if name else None
        namespace = chosen or namespace
        whole = chosen is not None and chosen.whole
    return Settings(
        module,
        source.path,
        tuple(namespace.files),
        named_by,
        namespace.names,
        whole,
        tuple(namespace.helpers),
    )


def _class_named(sources: Sources, namespaces: Namespaces, path: str) -> str:
    """Return the class that the host's environment, or the file that starts, names; "" for none."""
    contents = sources.contents
    docker, app = contents.dockerfile, contents.app_json
    told = [
        "" if docker is None else docker.env.get(CONFIGURATION, ""),
        "" if app is None else app.env.get(CONFIGURATION) or "",
        *(service.env.get(CONFIGURATION) or "" for service in contents.services),
        *(server.env.get(CONFIGURATION, "") for server in contents.servers.values()),
    ]
    source = sources.get(path) if path else None
    for _, value in () if source is None else _assigned(source, CONFIGURATION):
        plain = namespaces.evaluator(source, None).value(value).plain if source else ""
        told.append(plain if isinstance(plain, str) else "")
    return next((name for name in told if name), "")


def _by_classes(source: Source) -> bool:
    """Whether the settings are classes of django-configurations, of which a variable picks one."""
    return any(item.root == "configurations" for item in source.imports)


def _guess(sources: Sources, namespaces: Namespaces) -> Settings | None:
    """Return the one module that looks like settings, or the one for production among several."""
    found = []
    for path in sorted(sources.paths, key=lambda path: (path.count("/"), path)):
        folder, _, name = path.rpartition("/")
        if name != "settings.py" and folder.rpartition("/")[2] != "settings":
            continue
        source = None if sources.is_test(path) else sources.get(path)
        if source is not None and _LOOKS_SET.search(source.text):
            found.append(source)
    if not found:
        return None
    for source in found:
        if source.module.rpartition(".")[2] in _PRODUCTION:
            return _settings(sources, namespaces, source.module, None)
    return _settings(sources, namespaces, found[0].module, None) if len(found) == 1 else None
