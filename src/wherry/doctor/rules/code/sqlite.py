"""The database as a SQLite file, on a disk that does not last."""

from collections.abc import Iterator
from typing import Final

from wherry.doctor.rule import Context, Rule, found
from wherry.doctor.rules.code import places
from wherry.doctor.rules.code.disks import lasting
from wherry.findings import Confidence, Finding
from wherry.project.code.database_urls import is_sqlite
from wherry.project.code.database_urls import settings as settings_of
from wherry.project.code.values import Plain, Value

_ADDRESS: Final = "DATABASE_URL"


def _check(context: Context) -> Iterator[Finding]:
    settings = places.django(context)
    setting = None if settings is None else settings.find("DATABASES")
    if settings is None or setting is None or places.uses_django_heroku(settings):
        return
    plain = setting.value.plain
    default = plain.get("default") if isinstance(plain, dict) else None
    if default is None or not setting.value.known:
        return
    variables = default.variables | setting.value.variables | _inner_variables(context, default)
    entry: Plain = default.plain
    if variables:
        entry = _told(context, entry, variables)
    elif setting.value.others or default.others:
        return
    if not is_sqlite(entry):
        return
    name = places.entry(entry, "NAME")
    if name == ":memory:" or lasting(context, name):
        return
    yield found(
        "sqlite-ephemeral",
        places.of_setting(setting),
        # What the dashboard sets beside the files is not seen.
        confidence=Confidence.MEDIUM if variables else Confidence.HIGH,
        values={"settings": setting.path},
    )


def _inner_variables(context: Context, default: Value) -> frozenset[str]:
    """Return the variables that say which kind of database it is, or where its file lies."""
    entry = default.plain if isinstance(default.plain, dict) else {}
    # On Heroku no place lasts, whatever a variable says.
    names = ("ENGINE",) if context.target.platform.name == "heroku" else ("ENGINE", "NAME")
    values = [entry[name] for name in names if name in entry]
    return frozenset().union(*(value.variables for value in values))


def _told(context: Context, otherwise: Plain, variables: frozenset[str]) -> Plain:
    """Return the database that the host's files name, where they say which variables there are."""
    platform = context.target.platform.name
    given = context.project.environment(platform)
    if variables == {_ADDRESS} and given.get(_ADDRESS):
        return settings_of(Value(given[_ADDRESS])).plain
    if platform != "render" or variables & given.keys():
        return None
    # A blueprint lists a service's variables; groups of them are kept apart.
    for service in context.project.services:
        text = context.project.text(service.path)
        if service.host == platform and service.kind == "web" and service.env and text is not None:
            grouped = "fromGroup" in text.content or "envVarGroups" in text.content
            return None if grouped or _loads_env_file(context) else otherwise
    return None


def _loads_env_file(context: Context) -> bool:
    """Whether variables come from a file that is deployed with the project."""
    return any(entry.deployed for entry in context.project.files.named(".env"))


RULE: Final = Rule("sqlite", ("sqlite-ephemeral",), _check)
