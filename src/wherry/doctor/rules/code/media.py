"""Uploads that pages show, and that nothing hands out once DEBUG is off."""

import re
from collections.abc import Iterator
from typing import Final

from wherry.doctor.rule import Context, Rule, found
from wherry.doctor.rules.code import places, static_serving, usage
from wherry.doctor.rules.code.uploads import FIELDS, stored_elsewhere
from wherry.findings import FileSpan, Finding
from wherry.project.code.settings import Settings

_HELPER: Final = re.compile(r"\bstatic\(\s*(?:prefix\s*=\s*)?settings\.MEDIA_URL")
_BY_HAND: Final = re.compile(r"views\.static\b|\bserve\b\s*[,(]|FileResponse\(|X-Accel|sendfile")
_FIELD: Final = re.compile(
    rf"^\s+(\w+)\s*(?::[^=\n]+)?=\s*[\w.]*?(?:{'|'.join(FIELDS)})\(", re.MULTILINE
)
_PAGES: Final = (".html", ".htm", ".jinja", ".jinja2", ".j2")
_MOST_PAGES: Final = 300


def _check(context: Context) -> Iterator[Finding]:
    settings = places.django(context)
    if settings is None or not settings.whole or not _is_off(settings):
        return
    if stored_elsewhere(settings) or not _is_local(settings):
        return
    helper = _helper(context)
    if helper is None or _is_served(context):
        return
    shown = _shown(context)
    if shown is not None:
        yield found("media-not-served", helper, shown, values={"code_file": helper.path})


def _is_off(settings: Settings) -> bool:
    """Whether DEBUG is off where no variable says otherwise: then ``static()`` adds no route."""
    debug = settings.find("DEBUG")
    return debug is None or debug.value.plain is False


def _is_local(settings: Settings) -> bool:
    url = settings.find("MEDIA_URL")
    return url is not None and isinstance(url.value.plain, str) and "//" not in url.value.plain


def _helper(context: Context) -> FileSpan | None:
    for source in usage.sources(context, "MEDIA_URL"):
        match = _HELPER.search(source.text)
        if match is not None:
            line = source.text.count("\n", 0, match.start()) + 1
            return FileSpan(source.path, line, quote=source.quote(line))
    return None


def _is_served(context: Context) -> bool:
    """Whether something else hands files out: a view, nginx, WhiteNoise over that folder."""
    if any(_BY_HAND.search(source.text) for source in usage.sources(context, "serve", "FileRes")):
        return True
    added = any("add_files(" in source.text for source in usage.sources(context, "add_files("))
    return added or static_serving.in_front(context)


def _shown(context: Context) -> FileSpan | None:
    """Return where a page asks for the address of a field that keeps a file."""
    names = {
        name for source in usage.sources(context, *FIELDS) for name in _FIELD.findall(source.text)
    }
    if not names:
        return None
    asked = re.compile(rf"\.(?:{'|'.join(map(re.escape, sorted(names)))})\.url\b")
    pages = [
        entry.path
        for entry in context.project.files
        if entry.suffix in _PAGES and entry.deployed and context.project.files.is_source(entry.path)
    ]
    for path in pages[:_MOST_PAGES]:
        text = context.project.text(path)
        match = None if text is None else asked.search(text.content)
        if text is not None and match is not None:
            return text.at(text.content.count("\n", 0, match.start()) + 1)
    return None


RULE: Final = Rule("media-served", ("media-not-served",), _check)
