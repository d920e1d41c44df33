"""Addresses of databases, as dj-database-url and django-environ read them."""

from typing import Final

from wherry.project.code.combining import lift
from wherry.project.code.values import UNKNOWN, Plain, Value

_ENGINES: Final = {
    "postgres": "django.db.backends.postgresql",
    "postgresql": "django.db.backends.postgresql",
    "psql": "django.db.backends.postgresql",
    "pgsql": "django.db.backends.postgresql",
    "postgis": "django.contrib.gis.db.backends.postgis",
    "mysql": "django.db.backends.mysql",
    "mysql2": "django.db.backends.mysql",
    "sqlite": "django.db.backends.sqlite3",
    "sqlite3": "django.db.backends.sqlite3",
    "spatialite": "django.contrib.gis.db.backends.spatialite",
    "oracle": "django.db.backends.oracle",
    "mssql": "mssql",
}


def settings(address: Value) -> Value:
    """Return the entry of DATABASES that an address comes to; an empty one without an address."""
    return lift(_entry, address)


def _entry(plain: Plain) -> Plain:
    if plain is None or plain == "":
        return {}
    if isinstance(plain, dict):
        return plain
    if not isinstance(plain, str):
        return UNKNOWN
    scheme, sign, rest = plain.partition(":")
    engine = _ENGINES.get(scheme.lower())
    if engine is None or not sign:
        return UNKNOWN
    host = rest.removeprefix("//").rpartition("@")[2].partition("/")[0].partition(":")[0]
    name: Plain = rest.removeprefix("//").partition("/")[2]
    if "sqlite" in engine and isinstance(name, str):
        name = name or ":memory:"
    found: dict[str, Value] = {"ENGINE": Value(engine), "NAME": Value(name)}
    if host:
        found["HOST"] = Value(host)
    return found


def is_sqlite(plain: Plain) -> bool:
    """Whether an entry of DATABASES is a SQLite file."""
    if not isinstance(plain, dict):
        return False
    engine = plain.get("ENGINE")
    return engine is not None and isinstance(engine.plain, str) and "sqlite" in engine.plain
