"""Heroku's Redis: its certificate is its own, which clients refuse where nobody tells them."""

import re
from collections.abc import Iterator, Mapping
from typing import Final

from wherry.causes.cause import Severity
from wherry.doctor.rule import Context, Rule, found
from wherry.doctor.rules.code import places
from wherry.findings import Confidence, Finding
from wherry.project.code.settings import Settings
from wherry.project.code.values import Plain, Setting, Value

# What Heroku's add-on sets; other providers have names, and certificates, of their own.
_OF_HEROKU: Final = re.compile(r"^(?:REDIS(?:_TLS)?_URL|HEROKU_REDIS_\w+_URL)$")
_READERS: Final = (
    *("CACHES", "CHANNEL_LAYERS", "RQ_QUEUES", "Q_CLUSTER", "CACHEOPS_REDIS", "HUEY"),
    *("CELERY_BROKER_URL", "BROKER_URL", "CELERY_RESULT_BACKEND", "DRAMATIQ_BROKER"),
)
# Whoever writes one of these has met the fault; a file of certificates is a way out as well.
_TOLD: Final = re.compile(
    r"ssl_cert_reqs|CERT_NONE|CERT_OPTIONAL|USE_SSL|ssl_ca_certs|ssl_check_hostname", re.IGNORECASE
)
_DEEPEST: Final = 5


def _check(context: Context) -> Iterator[Finding]:
    settings = places.django(context)
    if settings is None or context.target.platform.name != "heroku" or _is_told(context):
        return
    readers = list(_readers(settings))
    if not readers:
        return
    addons = () if context.project.app_json is None else context.project.app_json.addons
    attached = any(addon.startswith("heroku-redis") for addon in addons)
    yield found(
        "redis-self-signed-certificate",
        *(places.of_setting(setting) for setting in readers),
        # Without the add-on's name the variable may be somebody else's Redis.
        severity=Severity.ERROR if attached else Severity.WARNING,
        confidence=Confidence.HIGH if attached else Confidence.MEDIUM,
        values={"settings": readers[0].path},
    )


def _readers(settings: Settings) -> Iterator[Setting]:
    """Return the settings that connect to what the add-on's variable says."""
    for name in _READERS:
        setting = settings.find(name)
        if setting is not None and any(map(_OF_HEROKU.match, _variables(setting.value))):
            yield setting


def _variables(value: Value, depth: int = 0) -> frozenset[str]:
    """Return the variables that a value, or anything in it, depends on."""
    names = set(value.variables)
    for plain in value.possible if depth < _DEEPEST else ():
        for one in _inside(plain):
            names |= _variables(one, depth + 1)
    return frozenset(names)


def _inside(plain: Plain) -> tuple[Value, ...]:
    if isinstance(plain, Mapping):
        return tuple(plain.values())
    return plain if isinstance(plain, tuple) else ()


def _is_told(context: Context) -> bool:
    """Whether anything in the code says how certificates are to be checked."""
    return any(_TOLD.search(source.text) for source in context.project.code.sources.all)


RULE: Final = Rule("redis-certificate", ("redis-self-signed-certificate",), _check)
