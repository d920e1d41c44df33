"""ALLOWED_HOSTS: whether the app's own address is in it."""

import re
from collections.abc import Iterator
from typing import Final

from wherry.causes.cause import Severity
from wherry.doctor.rule import Context, Rule, found
from wherry.doctor.rules.code import editing, places
from wherry.findings import Change, Confidence, FileSpan, Finding, Fix
from wherry.project.code.settings import Settings
from wherry.project.code.values import Plain, Setting, Special

# What the hosts call their apps; Dokku's are called as their owner likes.
_DOMAINS: Final = {
    "heroku": (".herokuapp.com",),
    "render": (".onrender.com",),
    "railway": (".railway.app",),
    "fly": (".fly.dev",),
    "cloud-run": (".run.app",),
}
_ELSEWHERE: Final = (
    *(".herokuapp.com", ".onrender.com", ".railway.app", ".fly.dev", ".run.app"),
    *(".pythonanywhere.com", ".vercel.app", ".now.sh", ".ngrok.io", ".ngrok-free.app"),
    *(".repl.co", ".azurewebsites.net", ".amazonaws.com", ".elasticbeanstalk.com"),
    *(".localhost", ".local", ".appspot.com", ".gitpod.io", ".github.dev", ".loca.lt"),
)
_ADDRESS: Final = re.compile(r"^\[?[0-9a-f:.]+\]?$", re.IGNORECASE)
_LOCAL: Final = frozenset(("localhost", "testserver", "0.0.0.0", "web", "backend", "django", ""))  # noqa: S104


def _check(context: Context) -> Iterator[Finding]:
    settings = places.django(context)
    if settings is None or not _decidable(settings):
        return
    setting = settings.find("ALLOWED_HOSTS")
    if setting is None:
        if settings.whole and settings.find("INSTALLED_APPS") is not None:
            yield _missing(context, settings, None, places.of_settings(settings))
        return
    lists = [_texts(plain) for plain in setting.value.possible]
    if any(hosts is None for hosts in lists) or not setting.value.whole:
        return
    hosts = [host for inner in lists if inner is not None for host in inner]
    if "*" in hosts:
        yield found("allowed-hosts-star", places.of_setting(setting), severity=Severity.NOTE)
    elif not any(_may_be_ours(context, host) for host in hosts):
        bought = any(_bought(host) for host in hosts)
        confidence = Confidence.MEDIUM if bought else Confidence.HIGH
        yield _missing(context, settings, setting, places.of_setting(setting), confidence)


def _decidable(settings: Settings) -> bool:
    return not places.uses_django_heroku(settings)


def _texts(plain: Plain) -> list[str] | None:
    """Return the hosts of a list; None where one of them cannot be told."""
    if isinstance(plain, Special) or not isinstance(plain, tuple | str):
        return None
    if isinstance(plain, str):
        return list(plain)  # what Django makes of a bare text: its letters
    texts = []
    for item in plain:
        for inner in item.possible:
            if not isinstance(inner, str):
                return None
            texts.append(inner)
    return texts


def _may_be_ours(context: Context, host: str) -> bool:
    """Whether the app may have that name here: the host's own domain, or one that was bought."""
    name = host.strip().lower()
    if name in _LOCAL or _ADDRESS.match(name) or "/" in name or ":" in name or "*" in name:
        return context.target.platform.name == "dokku" and bool(_ADDRESS.match(name))
    if "." not in name:
        return False
    ours = _DOMAINS.get(context.target.platform.name)
    dotted = f".{name.removeprefix('.')}"
    if ours is None:
        return True
    return dotted.endswith(ours)


def _bought(host: str) -> bool:
    """Whether it looks like a domain of the owner's own, which may be pointed at the app."""
    name = f".{host.strip().lower().removeprefix('.')}"
    if "/" in name or ":" in name or "*" in name or name.count(".") < 2:
        return False
    return not _ADDRESS.match(name[1:]) and not name.endswith(_ELSEWHERE)


def _missing(
    context: Context,
    settings: Settings,
    setting: Setting | None,
    where: FileSpan,
    confidence: Confidence = Confidence.HIGH,
) -> Finding:
    return found(
        "allowed-hosts",
        where,
        confidence=confidence,
        values={"settings": where.path},
        fix=_fix(context, settings, setting),
    )


def _fix(context: Context, settings: Settings, setting: Setting | None) -> Fix | None:
    domains = _DOMAINS.get(context.target.platform.name)
    if domains is None:
        return None
    known = [] if setting is None else [host for host in places.texts(setting.value) if host]
    hosts = [*known, *(domain for domain in domains if domain not in known)]
    if setting is None or not known:
        hosts += ["localhost", "127.0.0.1"]
    statement = f"ALLOWED_HOSTS = [{', '.join(f'"{host}"' for host in hosts)}]"
    change: Change | None
    if setting is not None:
        change = editing.replaced(context, setting, statement)
    else:
        debug = settings.find("DEBUG")
        if debug is None:
            return None
        change = editing.inserted(context, debug.path, debug.end_line, statement)
    if change is None:
        return None
    return Fix(
        f"Allow the addresses that {context.target.platform.title} gives.", (change,), safe=True
    )


RULE: Final = Rule("allowed-hosts", ("allowed-hosts", "allowed-hosts-star"), _check)
