"""Which config vars lead elsewhere: the rehearsal migrates, so that missing one costs data."""

import socket

import pytest

from wherry.rehearse.addresses import Remote, is_here, remote_addresses, remote_services


@pytest.mark.parametrize(
    ("name", "value", "host"),
    [
        ("DATABASE_URL", "postgres://u:pw@ec2-1.compute.amazonaws.com:5432/d", None),
        ("DATABASE_URL", "postgresql+psycopg://u:pw@db.example.com/d", "db.example.com"),
        ("HEROKU_POSTGRESQL_PINK_URL", "postgis://u:pw@db.example.com/d", "db.example.com"),
        ("CACHE", "rediss://:pw@10.0.0.7:6380", "10.0.0.7"),
        ("BROKER", "amqps://u:pw@bunny.example/v", "bunny.example"),
        ("MONGO", "mongodb+srv://u:pw@cluster0.example.net/db", "cluster0.example.net"),
        ("DATABASE_URL", "mysql2://u:pw@192.168.1.4/d?ssl=1", "192.168.1.4"),
        ("DATABASE_URL", "postgres://db/d", "db"),
        ("SENTRY_DSN", "https://key@o1.ingest.sentry.io/2", "o1.ingest.sentry.io"),
        ("ELASTIC", "https://u:pw@es.example.com:9243", "es.example.com"),
        ("PGHOST", "db.example.com", "db.example.com"),
        ("DB_HOST", "db.example.com:5433", "db.example.com"),
        ("EMAIL_HOST", "smtp.sendgrid.net", "smtp.sendgrid.net"),
        ("REDIS_HOST", "[2001:db8::1]:6379", "2001:db8::1"),
        ("AWS_STORAGE_BUCKET_NAME", "production-media", "production-media"),
    ],
)
def test_these_lead_elsewhere(name: str, value: str, host: str | None) -> None:
    found = remote_services({name: value})
    assert len(found) == 1
    assert found[0] == Remote(name, host or found[0].host)
    assert "pw" not in found[0].host


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("DATABASE_URL", "postgres://u:pw@localhost:5432/d"),
        ("DATABASE_URL", "postgres://u:pw@127.0.0.1/d"),
        ("DATABASE_URL", "postgres://u:pw@[::1]:5432/d"),
        ("DATABASE_URL", "postgres:///d"),
        ("DATABASE_URL", "sqlite:////tmp/db.sqlite3"),
        ("DATABASE_URL", f"postgres://u@{socket.gethostname()}/d"),
        ("REDIS_URL", "redis://localhost:6379/0"),
        ("PGHOST", "/var/run/postgresql"),
        ("DB_HOST", "localhost"),
        ("SITE_URL", "https://www.example.com/"),
        ("ALLOWED_HOSTS", "shop.example.com"),
        ("ALLOWED_HOST", "shop.example.com"),
        ("WEBHOOK", "https://hooks.example.com/x?u=a@b"),
        ("SECRET_KEY", "a@b://c"),
        ("DEBUG", "0"),
        ("EMAIL_HOST", ""),
        ("AWS_STORAGE_BUCKET_NAME", ""),
        ("DATABASE_URL", "postgres://[broken"),
    ],
)
def test_these_do_not(name: str, value: str) -> None:
    assert remote_services({name: value}) == ()


def test_an_address_is_found_inside_code() -> None:
    line = 'default="postgres://u:pw@db.example.com/d",  # the old one'
    assert list(remote_addresses(line)) == ["db.example.com"]
    assert list(remote_addresses('default="sqlite:///db.sqlite3"')) == []


@pytest.mark.parametrize("host", ["localhost", "127.1.2.3", "::1", "[::1]", "app.localhost", ""])
def test_this_machine(host: str) -> None:
    assert is_here(host)


@pytest.mark.parametrize("host", ["db", "10.0.0.1", "example.com", "host.docker.internal"])
def test_another_machine(host: str) -> None:
    assert not is_here(host)
