"""Which config vars lead to services on other machines, which a rehearsal must not touch."""

import re
import socket
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from ipaddress import ip_address
from typing import Final
from urllib.parse import urlsplit

_DATA_TEXT: Final = """
postgres postgresql postgis psql timescale timescalegis cockroach mysql mysql2 mysqlgis mariadb
mssql oracle redshift snowflake redis rediss valkey valkeys amqp amqps mongodb mongodb+srv
memcached memcache kafka kafka+ssl nats elasticsearch es s3 sqs smtp smtps submission ldap ldaps
clickhouse influxdb bolt neo4j neo4j+s couchdb ftp sftp
"""
_DATA: Final = frozenset(_DATA_TEXT.split())
# Variables that name a host, without saying of which service in a scheme.
_HOST_NAME: Final = re.compile(
    r"(?:^PGHOST|(?:DB|DATABASE|POSTGRES|POSTGRESQL|MYSQL|MARIADB|MONGO|MONGODB|REDIS|RABBITMQ"
    r"|CELERY_BROKER|MEMCACHED|ELASTICSEARCH|ELASTIC|KAFKA|EMAIL|SMTP|MAIL)_?"
    r"(?:HOST|HOSTNAME|SERVER|SERVERS|ADDR|ADDRESS))$"
)
_BUCKET: Final = re.compile(r"(?:AWS_STORAGE_BUCKET_NAME|(?:S3|GS|GCS|AZURE)_BUCKET(?:_NAME)?)$")
_ADDRESS: Final = re.compile(r"[a-z][a-z0-9+.-]{0,30}://[^\s\"'<>]{1,2000}", re.IGNORECASE)
_LOCAL_NAMES: Final = frozenset(("", "localhost", "localhost.localdomain", "0.0.0.0", "::", "*"))  # noqa: S104 - read


@dataclass(frozen=True, slots=True)
class Remote:
    """A variable, or a line of the code, that leads to a service elsewhere.

    Attributes:
        name: The variable, or the file with its line.
        host: Where it leads; never with what stands before the ``@``.
    """

    name: str
    host: str


def remote_services(variables: Mapping[str, str]) -> tuple[Remote, ...]:
    """Return the variables that lead to services on other machines, in their order."""
    return tuple(
        Remote(name, host) for name, value in variables.items() if (host := _elsewhere(name, value))
    )


def remote_addresses(text: str) -> Iterator[str]:
    """Yield the hosts of the services' addresses that stand in a text, those elsewhere."""
    for found in _ADDRESS.finditer(text):
        host = _host(found[0])
        if host is not None and not is_here(host):
            yield host


def _elsewhere(name: str, value: str) -> str:
    if "://" in value:
        return next(remote_addresses(value), "")
    if _HOST_NAME.search(name):
        hosts = [part.strip().rpartition("@")[2] for part in value.split(",")]
        away = [host for host in hosts if not is_here(_without_port(host))]
        return _without_port(away[0]) if away else ""
    return value if _BUCKET.search(name) and value else ""


def _host(address: str) -> str | None:
    """Return the host of an address that leads to data; None for a page or a file."""
    try:
        parts = urlsplit(address)
        host = parts.hostname
    except ValueError:
        return None
    scheme = parts.scheme.lower()
    # SQLAlchemy names the driver behind a plus: postgresql+psycopg.
    if scheme in _DATA or scheme.partition("+")[0] in _DATA:
        return host or ""
    # A page's address with a key in it is that of an account: Sentry, Elasticsearch, a webhook.
    return host if scheme in ("http", "https") and parts.username else None


def _without_port(host: str) -> str:
    if host.startswith("["):
        return host[1:].partition("]")[0]
    return host.partition(":")[0] if host.count(":") == 1 else host


def is_here(host: str) -> bool:
    """Whether a host is this machine; a name that only a network's server knows is not."""
    name = host.strip().strip("[]").lower()
    if name in _LOCAL_NAMES or name.startswith("/") or name == _own_name():
        return True
    if name.endswith(".localhost"):
        return True
    try:
        return ip_address(name).is_loopback
    except ValueError:
        return False


@cache
def _own_name() -> str:
    return socket.gethostname().lower()
