"""The database as a SQLite file, on a disk that does not last."""

from collections.abc import Iterator
from typing import Final

from wherry.doctor.rule import Context, Rule, found
from wherry.doctor.rules.code import places
from wherry.doctor.rules.code.disks import lasting
from wherry.findings import Finding
from wherry.project.code.database_urls import is_sqlite


def _check(context: Context) -> Iterator[Finding]:
    settings = places.django(context)
    setting = None if settings is None else settings.find("DATABASES")
    if settings is None or setting is None or places.uses_django_heroku(settings):
        return
    if setting.value.others or setting.value.variables or not setting.value.known:
        return
    plain = setting.value.plain
    default = plain.get("default") if isinstance(plain, dict) else None
    if default is None or default.variables or default.others or not is_sqlite(default.plain):
        return
    name = places.entry(default.plain, "NAME")
    if name == ":memory:" or lasting(context, name):
        return
    yield found("sqlite-ephemeral", places.of_setting(setting), values={"settings": setting.path})


RULE: Final = Rule("sqlite", ("sqlite-ephemeral",), _check)
