"""The database that the settings name: its driver, its address, when it is asked."""

import ast
from collections.abc import Iterator
from typing import Final

from wherry.causes.cause import Severity
from wherry.doctor.rule import Context, Rule, found
from wherry.doctor.rules.code import editing, places, usage, versions
from wherry.findings import Finding, Fix
from wherry.project.code.indexing import Call
from wherry.project.code.model_loading import where
from wherry.project.code.moments import Moment
from wherry.project.code.source import Source

_DRIVERS: Final = {
    "postgresql": ("psycopg2", "psycopg2-binary", "psycopg", "psycopg2cffi", "psycopg-binary"),
    "postgis": ("psycopg2", "psycopg2-binary", "psycopg"),
    "mysql": ("mysqlclient", "pymysql", "mysql-connector-python"),
    "oracle": ("cx-oracle", "oracledb"),
}
_TITLES: Final = {
    "postgresql": "PostgreSQL",
    "postgis": "PostgreSQL",
    "mysql": "MySQL",
    "oracle": "Oracle",
}
_LOCAL: Final = ("localhost", "127.0.0.1", "::1", "db", "postgres", "mysql")
_PROVIDERS: Final = ("django-heroku", "django-on-heroku")
_QUERIES: Final = frozenset(
    ("all", "filter", "get", "count", "first", "last", "exclude", "values", "values_list", "exists")
)
_LAZY: Final = frozenset(("all", "filter", "exclude", "values", "values_list"))


def _driver(context: Context) -> Iterator[Finding]:
    settings = places.django(context)
    setting = None if settings is None else settings.find("DATABASES")
    if setting is None or not context.project.requirements.declared:
        return
    if any(versions.wanted(context, name) for name in _PROVIDERS):
        return
    kind = _kind(setting.value.plain)
    severity = Severity.ERROR
    if kind is None and _by_address(setting.value.plain):
        kind = "postgresql"
        severity = Severity.ERROR if _attached(context) else Severity.WARNING
    if kind is None or any(versions.wanted(context, name) for name in _DRIVERS[kind]):
        return
    requirements = context.project.requirements
    change = editing.require(context, _line(context, kind))
    yield found(
        "db-driver-missing",
        places.of_setting(setting),
        severity=severity,
        fix=None if change is None else Fix("Require the driver.", (change,), safe=True),
        values={
            "engine": _TITLES[kind],
            "driver": _DRIVERS[kind][0],
            "file": requirements.file,
            "requirements": requirements.file,
        },
    )


def _by_address(plain: object) -> bool:
    """Whether DATABASE_URL says which database it is, that of PostgreSQL on the usual hosts."""
    default = plain.get("default") if isinstance(plain, dict) else None
    return default is not None and "DATABASE_URL" in default.variables


def _attached(context: Context) -> bool:
    """Whether the project's files ask the host for a PostgreSQL."""
    project = context.project
    if "DATABASE_URL" in project.environment(context.target.platform.name):
        return True
    app = project.app_json
    return app is not None and any("postgres" in addon for addon in app.addons)


def _line(context: Context, kind: str) -> str:
    """Return the driver that this Django takes, as a requirement."""
    if kind.startswith("post"):
        modern = versions.at_least(context, "django", (4, 2))
        return "psycopg[binary]~=3.2" if modern else "psycopg2-binary~=2.9"
    return "mysqlclient~=2.2" if kind == "mysql" else "oracledb~=2.5"


def _kind(plain: object) -> str | None:
    """Return the kind of database that the settings name for sure; None for SQLite and others."""
    default = plain.get("default") if isinstance(plain, dict) else None
    if default is None or default.others:
        return None
    engine = places.entry(default.plain, "ENGINE")
    if not isinstance(engine, str) or not engine.startswith(
        ("django.db.backends.", "django.contrib.gis")
    ):
        return None
    last = engine.rpartition(".")[2]
    kind = "postgresql" if last == "postgresql_psycopg2" else last
    return kind if kind in _DRIVERS else None


def _localhost(context: Context) -> Iterator[Finding]:
    settings = places.django(context)
    setting = None if settings is None else settings.find("DATABASES")
    if settings is None or setting is None or places.uses_django_heroku(settings):
        return
    plain = setting.value.plain
    default = plain.get("default") if isinstance(plain, dict) else None
    if (
        default is None
        or not isinstance(default.plain, dict)
        or default.others
        or default.variables
    ):
        return
    if setting.value.others or setting.value.variables or _kind(plain) is None:
        return
    host = default.plain.get("HOST")
    if host is not None and (host.variables or host.others or not host.known):
        return
    address = "" if host is None else host.plain
    if address in ("", *_LOCAL):
        yield found(
            "database-localhost", places.of_setting(setting), values={"settings": setting.path}
        )


def _at_import(context: Context) -> Iterator[Finding]:
    code = context.project.code
    for source in usage.sources(context, ".objects"):
        if source.path not in code.imported:
            continue
        for call in source.index.calls:
            if _asks(source, call) and code.reach.of(source, call) & {Moment.IMPORT, Moment.READY}:
                if call.scope.function is not None and not _ready(call):
                    continue
                yield found(
                    "database-at-import",
                    source.at(call.node),
                    severity=Severity.ERROR,
                    values={"where": where(source, call), "code_file": source.path},
                )


def _ready(call: Call) -> bool:
    function = call.scope.function
    return function is not None and function.name == "ready"


def _asks(source: Source, call: Call) -> bool:
    """Whether a call runs a query at once: lazy ones do so only where something takes the rows."""
    function = call.node.func
    if not isinstance(function, ast.Attribute) or ".objects" not in ast.unparse(function):
        return False
    if call.inside(ast.Try):
        return False
    if not _of_manager(function):
        return False
    if function.attr in _QUERIES and function.attr not in _LAZY:
        return True
    # for x in Shop.objects.all(), list(Shop.objects.all()), [x for x in ...]
    statement = call.statement
    if isinstance(statement, ast.For) and statement.iter is call.node:
        return True
    for node in ast.walk(statement):
        if isinstance(node, ast.comprehension) and node.iter is call.node:
            return True
        if (
            isinstance(node, ast.Call)
            and source.resolve(node.func) in ("list", "len", "dict", "set", "tuple")
            and call.node in node.args
        ):
            return True
    return False


def _of_manager(function: ast.Attribute) -> bool:
    node: ast.expr = function
    while isinstance(node, ast.Attribute | ast.Call):
        if isinstance(node, ast.Attribute) and node.attr == "objects":
            return True
        node = node.value if isinstance(node, ast.Attribute) else node.func
    return False


DRIVER: Final = Rule("database-driver", ("db-driver-missing",), _driver)
LOCALHOST: Final = Rule("database-address", ("database-localhost",), _localhost)
AT_IMPORT: Final = Rule("database-at-import", ("database-at-import",), _at_import)
