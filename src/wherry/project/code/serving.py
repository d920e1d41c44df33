"""Which modules a web process imports when it starts, and which only later."""

import re
from collections.abc import Iterable, Iterator
from typing import Final

from wherry.project.code.settings import Settings
from wherry.project.code.source import Source
from wherry.project.code.sources import Sources
from wherry.project.code.values import Value

_OF_APPS: Final = ("", ".apps", ".models", ".admin", ".translation", ".templatetags")
_MODULES: Final = ("ROOT_URLCONF", "WSGI_APPLICATION", "ASGI_APPLICATION")
_DOTTED: Final = re.compile(r"[\"']([A-Za-z_]\w*(?:\.[A-Za-z_]\w*)*)[\"']")
_APP_MADE: Final = re.compile(
    r"=\s*(?:flask\.)?(?:Flask|FastAPI|Starlette|Quart|Sanic|Bottle|Litestar|APIFlask)\("
)
_DJANGO_NAMES: Final = ("wsgi.py", "asgi.py", "urls.py", "settings.py", "views.py", "models.py")


def imported(sources: Sources, settings: Settings | None) -> frozenset[str]:
    """Return the files that are imported before the first request, whoever imports them."""
    found: set[str] = set()
    waiting = list(_entries(sources, settings))
    while waiting:
        source = waiting.pop()
        if source.path in found:
            continue
        found.add(source.path)
        waiting += _imports_of(sources, source)
    return frozenset(found)


def _imports_of(sources: Sources, source: Source) -> Iterator[Source]:
    for item in source.imports:
        if item.local and item.top_level and not item.type_checking:
            yield from targets(sources, item.module, item.name)
    if "include(" in source.text:
        for dotted in _DOTTED.findall(source.text):
            found = sources.module(dotted) if "." in dotted else None
            if found is not None:
                yield found


def targets(sources: Sources, module: str, name: str) -> Iterator[Source]:
    """Return the modules that an import runs: packages on the way, and a module taken by name."""
    parts = module.split(".") if module else []
    for end in range(1, len(parts) + 1):
        found = sources.module(".".join(parts[:end]))
        if found is not None:
            yield found
    inner = sources.module(f"{module}.{name}") if name and name != "*" else None
    if inner is not None:
        yield inner


def _entries(sources: Sources, settings: Settings | None) -> Iterator[Source]:
    names = [server.module for server in sources.contents.servers.values() if server.module]
    if settings is not None:
        names += _named_by_settings(settings)
        named_by = () if settings.named_by is None else (settings.named_by[0],)
        for path in (*settings.files, *named_by):
            source = sources.get(path)
            if source is not None:
                yield source
    entries = [source for name in names for source in targets(sources, name, "")]
    yield from entries
    if settings is None or not settings.names.get("ROOT_URLCONF"):
        yield from _guessed(sources, django=settings is not None)


def _named_by_settings(settings: Settings) -> Iterator[str]:
    for name in _MODULES:
        for plain in settings.value(name).possible:
            if isinstance(plain, str):
                yield plain if name == "ROOT_URLCONF" else plain.rpartition(".")[0]
    for app in _texts(settings.value("INSTALLED_APPS")):
        yield app
        # "shop.apps.ShopConfig" names a class; its package holds the models.
        for package in {app, app.partition(".apps.")[0]}:
            yield from (f"{package}{ending}" for ending in _OF_APPS)
    for middleware in _texts(settings.value("MIDDLEWARE")):
        yield middleware.rpartition(".")[0]
    for processor in _texts_inside(settings.value("TEMPLATES")):
        yield processor.rpartition(".")[0]


def _texts(value: Value) -> Iterable[str]:
    for plain in value.possible:
        if isinstance(plain, tuple):
            yield from (item.plain for item in plain if isinstance(item.plain, str))


def _texts_inside(value: Value, depth: int = 0) -> Iterator[str]:
    if depth > 4:
        return
    plain = value.plain
    if isinstance(plain, str) and plain.isprintable() and plain.count(".") >= 2:
        yield plain
    elif isinstance(plain, tuple):
        for item in plain:
            yield from _texts_inside(item, depth + 1)
    elif isinstance(plain, dict):
        for item in plain.values():
            yield from _texts_inside(item, depth + 1)


def _guessed(sources: Sources, *, django: bool) -> Iterator[Source]:
    """Return the modules that look like a site's own, where nothing says where it begins."""
    for path in sorted(sources.paths):
        if sources.is_test(path):
            continue
        name = path.rpartition("/")[2]
        source = sources.get(path) if name in _DJANGO_NAMES or not django else None
        if source is None:
            continue
        if (name in _DJANGO_NAMES and "django" in source.text) or _APP_MADE.search(source.text):
            yield source
