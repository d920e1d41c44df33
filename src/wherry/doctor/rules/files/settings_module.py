"""DJANGO_SETTINGS_MODULE names a module that is not there."""

import posixpath
import re
from collections.abc import Iterator
from typing import Final

from wherry.doctor.rule import Context, Rule, found
from wherry.doctor.rules.files import modules
from wherry.doctor.rules.files.circumstances import replace_line
from wherry.findings import FileSpan, Finding, Fix, Span
from wherry.project.server import Server

_NAME: Final = "DJANGO_SETTINGS_MODULE"
_SET: Final = re.compile(
    r"""environ(?:\.setdefault\(\s*|\[\s*)["']DJANGO_SETTINGS_MODULE["']\s*(?:,|\]\s*=)\s*
        ["']([A-Za-z_][\w.]*)["']""",
    re.VERBOSE,
)


def _check(context: Context) -> Iterator[Finding]:
    server = context.project.server(context.target.platform.name)
    if server is not None and not server.located:
        return
    told = _told(context, server)
    if told is None:
        return
    name, where = told
    folders = _places(context, server)
    place = modules.find_module(context, name, folders)
    if place is modules.NOT_FOUND or not place.deployed:
        right = _right(context)
        yield found(
            "settings-module-not-found",
            where,
            *_ignored(context, place),
            values={"module": name, "file": where.path} | ({"right": right} if right else {}),
            fix=_rename(context, where, name, right),
        )


def _ignored(context: Context, place: modules.Module) -> tuple[Span, ...]:
    there = place.path and not place.deployed and place.path in context.project.files
    return (FileSpan(place.path, quote="kept out by an ignore file"),) if there else ()


def _told(context: Context, server: Server | None) -> tuple[str, FileSpan] | None:
    """Return the settings module that the web process runs with, and where that is said."""
    platform = context.target.platform.name
    if server is not None and server.env.get(_NAME):
        return _plain(server.env[_NAME], server.where)
    told = context.project.environment(platform)
    if _NAME in told:
        # A config var: where its value stands here it counts, and elsewhere nothing is known.
        value = told[_NAME]
        path = _file_with(context)
        return None if value is None or not path else _plain(value, FileSpan(path, quote=value))
    entry = _entry_module(context, server)
    text = context.project.text(entry) if entry else None
    said = None if text is None else _SET.search(text.content)
    if text is None or said is None:
        return None
    line = text.content.count("\n", 0, said.start(1)) + 1
    return said[1], text.at(line)


def _plain(value: str, where: FileSpan) -> tuple[str, FileSpan] | None:
    return (value, where) if re.fullmatch(r"[A-Za-z_][\w.]*", value) else None


def _file_with(context: Context) -> str:
    names = ("app.json", "fly.toml", "render.yaml", "Dockerfile")
    for name in names:
        path = context.project.deployed(name)
        text = context.project.text(path) if path else None
        if text is not None and _NAME in text.content:
            return path
    return ""


def _entry_module(context: Context, server: Server | None) -> str:
    if server is not None and server.module:
        path = modules.find(context, server).path
        if path.endswith(".py"):
            return path
    if server is not None and server.kind == "runserver":
        return posixpath.join(context.project.app, "manage.py")
    found_modules = modules.wsgi_modules(context)
    if len(found_modules) != 1:
        return ""
    return posixpath.join(context.project.app, f"{found_modules[0].replace('.', '/')}.py")


def _places(context: Context, server: Server | None) -> tuple[str, ...]:
    if server is None:
        return (context.project.app,)
    folders = modules.places(context, server)
    # manage.py puts its own folder first; where the start command's module is not found, that
    # is another fault, and the settings are looked for where they would be without it.
    from_app = server.kind == "runserver" or modules.find(context, server) is modules.NOT_FOUND
    return (context.project.app, *folders) if from_app else folders


def _right(context: Context) -> str:
    """Return the only settings module of the project's package; "" where there are several."""
    package = modules.project_package(context)
    if not package:
        return ""
    home = posixpath.join(context.project.app, package.replace(".", "/"))
    plain = context.project.files.deployed(posixpath.join(home, "settings.py"))
    return f"{package}.settings" if plain is not None else ""


def _rename(context: Context, where: FileSpan, name: str, right: str) -> Fix | None:
    text = context.project.text(where.path)
    if not right or text is None or where.line is None:
        return None
    old = text.line(where.line)
    if old.count(name) != 1:
        return None
    new = old.replace(name, right)
    return replace_line(context, where.path, where.line, new, f"Name {right} in {where.path}")


RULE: Final = Rule("settings-module-not-found", ("settings-module-not-found",), _check)
