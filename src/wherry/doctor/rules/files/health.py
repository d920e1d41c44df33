"""The host's own request, by which it learns whether the app is well."""

from collections.abc import Iterator
from typing import Final

from wherry.doctor.rule import Context, Rule, found
from wherry.findings import FileSpan, Finding


def _check(context: Context) -> Iterator[Finding]:
    fact = context.target.find("health_check_host")
    platform = context.target.platform.name
    asked = [
        service
        for service in context.project.services
        if service.host == platform and service.kind == "web" and service.health_path
    ]
    if fact is None or not asked:
        return
    settings = context.project.code.settings
    allowed = None if settings is None else settings.find("ALLOWED_HOSTS")
    if allowed is None or not allowed.value.fixed:
        return
    hosts = allowed.value.texts()
    if not hosts or any(_matches(str(fact.value), host) for host in hosts):
        return
    yield found(
        "health-check-refused",
        FileSpan(allowed.path, allowed.line, quote=allowed.quote),
        asked[0].at("health_path", asked[0].health_path),
        values={"status": "400", "settings": allowed.path},
    )


def _matches(host: str, allowed: str) -> bool:
    """Whether Django takes a host for allowed."""
    pattern = allowed.lower()
    if pattern == "*":
        return True
    dotted = pattern.startswith(".") and (host.endswith(pattern) or host == pattern[1:])
    return dotted or host == pattern


RULE: Final = Rule("health-check-refused", ("health-check-refused",), _check)
