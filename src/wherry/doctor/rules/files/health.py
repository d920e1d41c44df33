"""The host's own request, by which it learns whether the app is well."""

import re
from collections.abc import Iterator, Mapping
from typing import Final

from wherry.doctor.rule import Context, Rule, found
from wherry.doctor.rules.code import places
from wherry.findings import FileSpan, Finding

# Dokku and Fly ask the container by its address, which changes at each start.
_ADDRESS: Final = "172.17.0.2"
_HEADER: Final = re.compile(r"""["']?\bhost["']?\s*[:=]|["']host["']""", re.IGNORECASE)
_ASKS: Final = "CommonMiddleware"
_ANSWERS: Final = re.compile(r"health|alive|probe|cidr|heartbeat", re.IGNORECASE)


def _check(context: Context) -> Iterator[Finding]:
    asked = _asked(context)
    settings = context.project.code.settings
    allowed = None if settings is None else settings.find("ALLOWED_HOSTS")
    if asked is None or allowed is None or not allowed.value.fixed or _answered_before(context):
        return
    host, where = asked
    hosts = allowed.value.texts()
    if not hosts or any(_matches(host, one) for one in hosts):
        return
    yield found(
        "health-check-refused",
        FileSpan(allowed.path, allowed.line, quote=allowed.quote),
        where,
        values={"status": "400", "settings": allowed.path},
    )


def _asked(context: Context) -> tuple[str, FileSpan] | None:
    """Return the Host of the host's own request, and where it is asked for."""
    platform = context.target.platform.name
    if platform == "dokku":
        where = _of_dokku(context)
        return None if where is None else (_ADDRESS, where)
    fact = context.target.find("health_check_host")
    for service in context.project.services:
        if service.host != platform or service.kind != "web" or not service.health_path:
            continue
        where = service.at("health_path", service.health_path)
        if fact is not None:
            return str(fact.value), where
        if platform == "fly" and not _names_host(context, service.path):
            return _ADDRESS, where
    return None


def _of_dokku(context: Context) -> FileSpan | None:
    """Return where app.json asks for a check by HTTP that names no Host of its own."""
    app = context.project.app_json
    document = None if app is None else context.project.document(app.path)
    checks = None if document is None else document.table("healthchecks").get("web")
    for check in checks if isinstance(checks, list) else ():
        if not isinstance(check, Mapping) or not check.get("path") or app is None:
            continue
        if not _names_host(context, app.path):
            text = context.project.text(app.path)
            line = None if text is None else text.line_of(str(check["path"]))
            return FileSpan(app.path, line, quote=str(check["path"]))
    return None


def _names_host(context: Context, path: str) -> bool:
    """Whether a file gives its checks a Host: a header of that name."""
    text = context.project.text(path)
    return text is None or _HEADER.search(text.content) is not None


def _answered_before(context: Context) -> bool:
    """Whether a middleware answers such requests, or nothing ever asks for the Host."""
    settings = context.project.code.settings
    used = () if settings is None else places.middleware(settings)
    asked = not used or any(_ASKS in one for one in used)
    return not asked or any(map(_ANSWERS.search, used))


def _matches(host: str, allowed: str) -> bool:
    """Whether Django takes a host for allowed."""
    pattern = allowed.lower()
    if pattern == "*":
        return True
    dotted = pattern.startswith(".") and (host.endswith(pattern) or host == pattern[1:])
    return dotted or host == pattern


RULE: Final = Rule("health-check-refused", ("health-check-refused",), _check)
