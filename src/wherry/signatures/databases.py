"""Databases and Redis: not there, not prepared, not letting anybody in."""

import re

from wherry.signatures.events import Event
from wherry.signatures.signature import Verdict, sees, values_of

_LOCAL = re.compile(
    r"localhost|127\.0\.0\.1|(?<![0-9A-Fa-f:])::1(?![0-9A-Fa-f:])|\.sock\b|\.s\.PGSQL"
    r"|/tmp/mysql|Unix domain socket"
)

# What else speaks TLS, and says so in the same line.
_OTHER_TLS = re.compile(
    r"HTTPS|https://|\(2026,|OperationalError|smtp|kafka|ldap|SSL connection error"
)
# How scripts that wait for a database say that it is there.
_SERVERS = ("Postgres", "PostgreSQL", "postgres", "postgresql", "MySQL", "mysql", "MariaDB",
            "Database", "database", "DB", "db")  # fmt: skip
_UP = "(?:started|up|ready|available|reachable)"
_DRIVERS = ("asyncpg", "aiomysql", "asyncmy", "redis", "aioredis", "motor", "aio_pika", "psycopg")


def _refused(event: Event, found: re.Match[str]) -> Verdict | None:
    """A refusal on this machine is a setting's; one elsewhere is a server that is not there."""
    text = event.text
    if "/cloudsql/" in text:
        return Verdict("database-credentials-stale", values_of(found))
    if "redis" in text.lower() and not re.search(r"localhost|127\.0\.0\.1", text):
        return Verdict("database-credentials-stale", values_of(found))
    # A proxy's line tells the visitor's address too: the server's own counts, where it stands.
    if _LOCAL.search(found.groupdict().get("host") or text):
        if _in_build(event) and _importing(event):
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


def _of_redis(event: Event) -> bool:
    """Whether it was Redis whose certificate was refused, as far as the log tells."""
    if "redis" in event.text.lower():
        return True
    if event.frames:
        return any("redis" in frame.path or "kombu" in frame.path for frame in event.frames)
    return _OTHER_TLS.search(event.text) is None


def _no_broker(event: Event, found: re.Match[str]) -> Verdict:
    del event, found
    settled = "the broker's address in the settings: without one it is amqp://localhost"
    others = ("database-credentials-stale",)
    return Verdict("database-localhost", {"host": "localhost"}, others, settled, sure=False)


def _pool(event: Event, found: re.Match[str]) -> Verdict:
    """A pool that gives no connection in time is used up, or cannot open any."""
    del event
    return Verdict(
        "too-many-database-connections",
        values_of(found),
        ("database-credentials-stale", "database-localhost"),
        "what the pool says of its own attempts: `error connecting in 'pool-1'`",
        sure=False,
    )


def _in_build(event: Event) -> bool:
    """Whether a host's builder said it, which no database is beside."""
    return event.source == "build" or any(
        frame.path.startswith("/tmp/build_")  # noqa: S108 - Heroku's, read in a log
        for raised in event.chain
        for frame in raised.frames
    )


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
        "~broker-up",
        r"Connected to (?:redis|rediss|amqp|amqps|sentinel|sqs|pyamqp)://\S*",
        r"celery@\S+ ready",
    ),
    *sees(
        "~database-up",
        r"No migrations to apply",
        r"Apply all migrations: .{1,80}",
        r"Applying \w+\.\d{4}_\w+\.+ ?OK",
        r"(?:is|became) available after \d+ ?s(?:econds)?",
        *(rf"{name} (?:is |has )?(?:now )?{_UP}\b" for name in _SERVERS),
    ),
    *sees(
        "database-at-import migrations-not-run",
        r"relation \"(?P<table>[\w.]+)\" does not exist",
        r"no such table: (?P<table>[\w.]+)",
        r"Table '(?P<table>[\w.]+)' doesn't exist",
        r"no such column: (?P<table>[\w.]+)",
        r"column (?P<table>[\w.\"]+) (?:of relation \S+ )?does not exist",
        r"table (?P<table>\w+) has no column named",
        r"Unknown column '(?P<table>[\w.]+)' in '",
        r"Invalid (?:object|column) name '(?P<table>[\w.]+)'",
        r"ORA-00942: table or view .{0,80}does not exist",
        r"ORA-00904: .{1,80}: invalid identifier",
        judge=_no_table,
    ),
    *sees("database-at-import", r"Accessing the database during app initialization is discouraged"),
    *sees("migrations-not-run", r"You have \d+ unapplied migration\(s\)"),
    *sees(
        "migrations-not-committed",
        r"models in app\(s\): '(?P<app>\w+)'.{0,300} have changes that are not yet reflected",
        r"have changes that are not yet reflected in a migration",
        r"NodeNotFoundError: .{1,200}",
        r"dependencies reference nonexistent parent node",
        r"Dependency on (?:unknown app|app with no migrations): (?P<app>\w+)",
        r"Cannot resolve bases for \[.{0,200}ModelState: '(?P<app>\w+)\.",
        r"Related model u?'(?P<app>\w+)\.\w+' cannot be resolved",
    ),
    *sees(
        "migrations-not-committed",
        r"KeyError: \(u?'(?P<app>\w+)', u?'\d{4}_\w+'\)",
        r"declared with a lazy reference to '(?P<app>\w+)\.\w+'.{1,20} doesn't provide model",
        types="KeyError ValueError",
        when=lambda event: (
            not event.frames or any("/db/migrations/" in frame.path for frame in event.frames)
        ),
    ),
    *sees(
        "database-localhost database-credentials-stale",
        (
            r"connection to server at \"(?P<host>[^\"]+)\"(?: \([^)]*\))?, port \d+ failed: "
            r"(?:Connection refused|FATAL: .{0,20}refused|Connection timed out|No route to host|"
            r"Network is unreachable|Host is unreachable|Operation timed out)"
        ),
        (
            r"could not connect to server: (?:Connection (?:refused|timed out)|No route to host|"
            r"Network is unreachable).{0,80}host \"(?P<host>[^\"]+)\""
        ),
        r"(?P<host>localhost|127\.0\.0\.1):27017: .{1,160}Timeout: \d+",
        r"could not connect to server: (?:Connection refused|No such file or directory)",
        r"connection to server on socket \"(?P<host>[^\"]+)\" failed(?!: FATAL)",
        r"connection failed: .{0,80}(?P<host>localhost|127\.0\.0\.1|::1).{0,80}Connection refused",
        r"host: '(?P<host>[^']+)', port: '\d+'.{0,80} failed: Connection refused",
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
    # Without an address a broker is looked for on this machine.
    *sees(
        "database-localhost",
        r"kombu\.exceptions\.OperationalError: \[Errno 111\] Connection refused",
        judge=_no_broker,
    ),
    *sees(
        "too-many-database-connections",
        r"too many connections for (?:role|database|user) .{1,60}",
        r"remaining connection slots are reserved for .{1,60}",
        r"sorry, too many clients already",
        r"Too many connections",
        r"max number of clients reached",
        r"User \S+ has exceeded the 'max_user_connections' resource",
        r"max clients (?:are limited|reached in session mode)",
        r"MaxClientsInSessionMode: max clients reached",
        r"[Mm]ax client connections reached",
        r"no more connections allowed",
        r"already (?:has )?more than 'max_user_connections' active connections",
        r"QueuePool limit of size \d+ overflow \d+ reached",
        r"PoolError: connection pool exhausted",
        r"the pool '[^']+' has already \d+ requests waiting",
        r"FATAL: .{0,12}too many connections",
        types="",
    ),
    *sees(
        "too-many-database-connections database-credentials-stale",
        r"couldn't get a connection after [\d.]+ sec",
        r"ERROR: .{0,12}query_wait_timeout",
        r"pool initialization incomplete after [\d.]+ sec",
        judge=_pool,
    ),
    *sees(
        "database-credentials-stale",
        r"password authentication failed for user \"(?P<user>[^\"]+)\"",
        r"could not translate host name \"(?P<host>[^\"]+)\" to address",
        r"Access denied for user '(?P<user>[^']*)'@",
        r"Unknown database '(?P<database>[^']+)'",
        r"failed to resolve host '(?P<host>[^']+)'",
        r"FATAL: .{0,20}Tenant or user not found",
        r"WRONGPASS invalid username-password pair",
        r"NOAUTH Authentication required",
        r"Unknown MySQL server host '(?P<host>[^']+)'",
        r"Error -[23] connecting to (?P<host>[\w.-]+):\d+",
        r"permission denied for (?:table|relation|schema|database) \w+",
        r"no pg_hba\.conf entry for host .{1,160}(?:SSL on|SSL encryption)",
        r"(?:Peer|Ident|SASL|PAM|LDAP|GSSAPI) authentication failed",
        r"FATAL: .{0,12}(?:authentication failed|no such (?:user|database)|server login failed)",
        r"fe_sendauth: no password supplied",
        r"no password supplied",
        r"tenant/user \S+ not found",
        r"The requested endpoint could not be found, or you don't have access to it",
        r"Unknown server host '(?P<host>[^']+)'",
        r"ConnectionTimeout: connection timeout expired",
        r"redis\.exceptions\.TimeoutError: Timeout connecting to server",
        r"AUTH <password> called without any password configured",
        r"invalid username-password pair",
        r"ACCESS_REFUSED - Login was refused",
        r"NOT_ALLOWED - (?:access to )?vhost \S+ .{0,40}(?:refused|not found)",
        r"OperationFailure: .{0,20}[Aa]uthentication failed",
        r"ServerSelectionTimeoutError: (?P<host>[\w.-]+):\d+: .{1,160}",
        r"DNS operation (?:timed out|failed).{0,160}mongodb",
        r"The DNS query name does not exist: _mongodb\._tcp\.(?P<host>[\w.-]+?)\.?$",
    ),
    # A connection is refused as FATAL; as ERROR it is only a statement of a script.
    *sees(
        "database-credentials-stale",
        r"database \"(?P<database>[^\"]+)\" does not exist",
        # As root nobody connects but a health check that names no user.
        r"role \"(?P<user>(?!root\")[^\"]+)\" does not exist",
        when=lambda event: "ERROR: " not in event.text,
    ),
    *sees(
        "database-credentials-stale",
        r"redis\.exceptions\.AuthenticationError: .{1,160}",
    ),
    *sees(
        "database-credentials-stale",
        r"\[Errno (?:-\d|8)\] .{1,80}",
        r"gaierror\(-\d, '.{1,80}'\)",
        types="OperationalError",
    ),
    *sees(
        "database-credentials-stale",
        r"Name or service not known",
        r"nodename nor servname provided",
        r"Temporary failure in name resolution",
        r"No address associated with hostname",
        types="gaierror",
        when=_through_driver,
    ),
    # libpq tries once more without TLS: what the server said first, over TLS, is the reason.
    *sees(
        "database-requires-ssl",
        r"no pg_hba\.conf entry for host .{1,160}(?:no encryption|SSL off)",
        r"server does not support SSL, but SSL was required",
        r"SSL (?:connection is|is) required",
        r"FATAL: .{0,12}(?:SSL|ssl|TLS|SSL/TLS) (?:connection )?(?:is )?required",
        r"connection is insecure \(try using",
        r"server does not allow insecure connections",
        r"Connections using insecure transport are prohibited",
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
        when=_of_redis,
    ),
    *sees(
        "db-driver-missing",
        r"Error loading (?P<driver>psycopg2 or psycopg|psycopg2|MySQLdb|cx_Oracle|oracledb) module",
        r"Error loading (?P<driver>psycopg_pool) module",
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
