"""Databases and Redis: not there, not prepared, not letting anybody in."""

import re

from wherry.signatures.events import Event
from wherry.signatures.signature import Verdict, sees, values_of

_LOCAL = re.compile(r"localhost|127\.0\.0\.1|::1|\.sock\b|\.s\.PGSQL|/tmp/mysql|Unix domain socket")

_DRIVERS = ("asyncpg", "aiomysql", "asyncmy", "redis", "aioredis", "motor", "aio_pika", "psycopg")


def _refused(event: Event, found: re.Match[str]) -> Verdict | None:
    """A refusal on this machine is a setting's; one elsewhere is a server that is not there."""
    text = event.text
    if "redis" in text.lower() and not re.search(r"localhost|127\.0\.0\.1", text):
        return Verdict("database-credentials-stale", values_of(found))
    if _LOCAL.search(text):
        if event.source == "build" and _importing(event):
            return Verdict("database-at-import", values_of(found))
        return Verdict("database-localhost", values_of(found))
    if re.search(r"psycopg|MySQL|OperationalError|redis|5432|3306|6379", text):
        return Verdict("database-credentials-stale", values_of(found))
    return None


def _through_driver(event: Event) -> bool:
    """Whether a database's driver was connecting: asyncio itself does not say to what."""
    return any(f"/{driver}/" in frame.path for frame in event.frames for driver in _DRIVERS)


def _refused_by_driver(event: Event, found: re.Match[str]) -> Verdict:
    del event
    local = _LOCAL.search(found["host"]) is not None
    name = "database-localhost" if local else "database-credentials-stale"
    return Verdict(name, values_of(found))


def _importing(event: Event) -> bool:
    """Whether a module of the project's own asks while it is imported."""
    return any(
        frame.function in ("<module>", "ready")
        and not frame.library
        and not re.search(r"(?:manage|wsgi|asgi)\.py$", frame.path)
        for raised in event.chain
        for frame in raised.frames
    )


def _no_table(event: Event, found: re.Match[str]) -> Verdict:
    """Asked at import the table cannot be there yet; else the migrations did not run."""
    values = values_of(found)
    if _importing(event):
        return Verdict("database-at-import", values)
    return Verdict("migrations-not-run", values)


SIGNATURES = (
    *sees(
        "database-at-import migrations-not-run",
        r"relation \"(?P<table>[\w.]+)\" does not exist",
        r"no such table: (?P<table>[\w.]+)",
        r"Table '(?P<table>[\w.]+)' doesn't exist",
        r"no such column: (?P<table>[\w.]+)",
        r"column (?P<table>[\w.\"]+) (?:of relation \S+ )?does not exist",
        r"table (?P<table>\w+) has no column named",
        judge=_no_table,
    ),
    *sees("database-at-import", r"Accessing the database during app initialization is discouraged"),
    *sees("migrations-not-run", r"You have \d+ unapplied migration\(s\)"),
    *sees(
        "migrations-not-committed",
        r"have changes that are not yet reflected in a migration",
        r"NodeNotFoundError: .{1,200}",
        r"dependencies reference nonexistent parent node",
    ),
    *sees(
        "database-localhost database-credentials-stale",
        (
            r"connection to server at \"(?P<host>[^\"]+)\"(?: \([^)]*\))?, port \d+ failed: "
            r"(?:Connection refused|FATAL: .{0,20}refused)"
        ),
        r"could not connect to server: Connection refused.{0,80}host \"(?P<host>[^\"]+)\"",
        r"could not connect to server: (?:Connection refused|No such file or directory)",
        r"connection to server on socket \"(?P<host>[^\"]+)\" failed",
        r"connection failed: .{0,80}(?P<host>localhost|127\.0\.0\.1|::1).{0,80}Connection refused",
        r"Can't connect to (?:local )?(?:MySQL )?server (?:through socket|on) '(?P<host>[^']+)'",
        r"Error (?:111|99|61) connecting to (?P<host>[\w.-]+):\d+",
        r"Cannot connect to (?:redis|amqp)://\S*?(?P<host>localhost|127\.0\.0\.1)\S*: .{1,80}",
        r"Connection refused.{0,60}(?P<host>localhost|127\.0\.0\.1):(?:5432|3306|6379|27017|5672)",
        r"(?P<host>localhost|127\.0\.0\.1):27017: \[Errno 111\] Connection refused",
        r"connection to server at \"(?P<host>[^\"]+)\".{0,80} failed: timeout expired",
        judge=_refused,
    ),
    *sees(
        "database-localhost database-credentials-stale",
        r"Connect call failed \('(?P<host>[^']+)', \d+",
        types="ConnectionRefusedError OSError",
        when=_through_driver,
        judge=_refused_by_driver,
    ),
    *sees(
        "database-requires-ssl",
        r"no pg_hba\.conf entry for host .{1,160}(?:no encryption|SSL off)",
        r"server does not support SSL, but SSL was required",
        r"SSL (?:connection is|is) required",
        r"Connections using insecure transport are prohibited",
    ),
    *sees(
        "too-many-database-connections",
        r"too many connections for (?:role|database|user) .{1,60}",
        r"remaining connection slots are reserved for .{1,60}",
        r"sorry, too many clients already",
        r"Too many connections",
        r"max number of clients reached",
        r"User \S+ has exceeded the 'max_user_connections' resource",
        r"MaxClientsInSessionMode: max clients reached",
        types="",
    ),
    *sees(
        "database-credentials-stale",
        r"password authentication failed for user \"(?P<user>[^\"]+)\"",
        r"could not translate host name \"(?P<host>[^\"]+)\" to address",
        r"database \"(?P<database>[^\"]+)\" does not exist",
        r"role \"(?P<user>[^\"]+)\" does not exist",
        r"Access denied for user '(?P<user>[^']*)'@",
        r"Unknown database '(?P<database>[^']+)'",
        r"failed to resolve host '(?P<host>[^']+)'",
        r"FATAL: .{0,20}Tenant or user not found",
        r"WRONGPASS invalid username-password pair",
        r"NOAUTH Authentication required",
        r"Unknown MySQL server host '(?P<host>[^']+)'",
        r"Error -[23] connecting to (?P<host>[\w.-]+):\d+",
        r"permission denied for (?:table|relation|schema|database) \w+",
    ),
    *sees(
        "database-too-old-for-django",
        r"(?:PostgreSQL|MySQL|MariaDB) [\d.]+ or later is required \(found [\d.]+\)",
        r"SQLite 3\.[\d.]+ or later is required \(found [\d.]+\)",
        r"or later is required \(found [\d.]+\)",
    ),
    *sees(
        "redis-self-signed-certificate",
        r"self[- ]signed certificate in certificate chain",
        r"certificate verify failed: self[- ]signed certificate",
        r"rediss:// URL must have parameter ssl_cert_reqs",
        when=lambda event: (
            "rediss" in event.text
            or not event.frames
            or any("redis" in frame.path or "kombu" in frame.path for frame in event.frames)
        ),
    ),
    *sees(
        "db-driver-missing",
        r"Error loading (?P<driver>psycopg2 or psycopg|psycopg2|MySQLdb|cx_Oracle|oracledb) module",
        (
            r"'(?P<engine>django\.db\.backends\.\w+|djongo|mssql|\w+(?:\.\w+)*)' isn't an "
            r"available database backend"
        ),
        r"mysqlclient [\d.]+ or newer is required; you have",
        r"psycopg2? version [\d.]+ or newer is required; you have",
        r"Did you install mysqlclient\?",
    ),
    *sees(
        "sqlite-ephemeral",
        r"attempt to write a readonly database",
        r"unable to open database file",
        types="OperationalError",
    ),
)
