"""Databases and brokers: none on other machines is touched, and what the app asks for is lent."""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from wherry.errors import WherryError
from wherry.project.project import Project
from wherry.rehearse.addresses import Remote, remote_addresses, remote_services
from wherry.rehearse.local_servers import postgresql, redis

_POSTGRES: Final = (
    *("psycopg", "psycopg2", "psycopg2-binary", "psycopg-binary", "psycopg2cffi", "asyncpg"),
    *("pg8000", "django-heroku", "django-on-heroku"),
)
_REDIS: Final = ("redis", "django-redis", "channels-redis", "rq", "django-rq", "celery-redbeat")
_ASKS_DATABASE: Final = re.compile(
    r"DATABASE_URL|dj_database_url|django_heroku|django_on_heroku|env\.db\(|env\.db_url\("
)
_ASKS_REDIS: Final = re.compile(r"REDIS_(?:TLS_)?URL|REDISCLOUD_URL")


class RemoteService(WherryError):
    """A service on another machine would be used."""


@dataclass(frozen=True, slots=True)
class Lent:
    """What a rehearsal gives the app in the place of add-ons.

    Attributes:
        variables: Config vars that lead to it.
        said: What the report says of it, a sentence each.
    """

    variables: Mapping[str, str] = field(default_factory=dict)
    said: tuple[str, ...] = ()


def refuse_remote(variables: Mapping[str, str], project: Project | None) -> None:
    """See that neither a config var nor the settings lead to a service elsewhere.

    Raises:
        RemoteService: one does; the sentence says which, and how to go on.
    """
    found = [*remote_services(variables), *_in_settings(project, variables)]
    if not found:
        return
    first, *others = found
    more = f" ({len(others)} more do so too)" if others else ""
    raise RemoteService(
        f"{first.name} leads to {first.host}, which is not on this machine{more}. A rehearsal runs "
        "migrations and sends requests, so that it stops here. Leave it out of --env-file, or go "
        "on with --allow-remote."
    )


def _in_settings(project: Project | None, variables: Mapping[str, str]) -> Iterator[Remote]:
    """Yield addresses that stand in the settings and that no config var takes the place of."""
    settings = None if project is None else project.code.settings
    if project is None or settings is None or "DATABASE_URL" in variables:
        return
    for path in settings.files:
        text = project.text(path)
        for number, line in enumerate([] if text is None else text.content.splitlines(), 1):
            if not line.lstrip().startswith("#"):
                for host in remote_addresses(line):
                    yield Remote(f"{path}, line {number},", host)


def lend(
    project: Project | None,
    variables: Mapping[str, str],
    folder: Path,
    *,
    stack: ExitStack,
    installed: Callable[[str], bool],
) -> Lent:
    """Start what the app asks for and no config var leads to; ``stack`` ends it.

    Args:
        project: What is deployed.
        variables: The config vars that were given.
        folder: Of the rehearsal, where servers keep their data; every user may enter it.
        stack: What ends the servers.
        installed: Tells whether the slug holds a package.
    """
    texts = [] if project is None else [source.text for source in project.code.sources.all]
    found: dict[str, str] = {}
    said = []
    if "DATABASE_URL" not in variables and _asks(texts, _ASKS_DATABASE):
        address, words = _database(folder, stack, any(map(installed, _POSTGRES)))
        found["DATABASE_URL"] = address
        said.append(words)
    if "REDIS_URL" not in variables and (_asks(texts, _ASKS_REDIS) and any(map(installed, _REDIS))):
        server = redis.start(folder, stack)
        if server is None:
            said.append(
                "The app asks for Redis, and no redis-server is installed here: REDIS_URL is "
                "not set."
            )
        else:
            found["REDIS_URL"] = server
            said.append("Redis: one of its own, empty, for this run only (REDIS_URL).")
    return Lent(found, tuple(said))


def _database(folder: Path, stack: ExitStack, postgres: bool) -> tuple[str, str]:
    if postgres:
        server = postgresql.start(folder, stack)
        if server is not None:
            tls = "" if server.tls else " It has no TLS, since openssl is not installed."
            return server.address, (
                f"Database: PostgreSQL {server.version} of its own, empty, for this run only "
                f"(DATABASE_URL).{tls}"
            )
    path = folder / "database"
    path.mkdir(mode=0o777, exist_ok=True)
    path.chmod(0o777)  # dynos run as another user
    why = "no PostgreSQL is installed here" if postgres else "no PostgreSQL driver is required"
    return f"sqlite:///{path / 'database.sqlite3'}", (
        f"Database: an empty SQLite file outside the app's folder, since {why} (DATABASE_URL)."
    )


def _asks(texts: Sequence[str], words: re.Pattern[str]) -> bool:
    return any(words.search(text) for text in texts)
