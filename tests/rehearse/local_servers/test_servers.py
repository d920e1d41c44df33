"""Servers of the rehearsal's own: they answer, they are empty, and nothing of them is left."""

import os
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from wherry.rehearse.local_servers import postgresql, redis, server

needs_postgresql = pytest.mark.skipif(
    postgresql.installed() is None, reason="PostgreSQL is not installed here"
)
SSL_REQUEST = bytes.fromhex("0000000804d2162f")
LISTENER = """
import socket, sys, time
with socket.socket() as listening:
    listening.bind(("127.0.0.1", int(sys.argv[1])))
    listening.listen()
    time.sleep(60)
"""


@pytest.fixture
def folder() -> Iterator[Path]:
    # Not pytest's own: only its owner may enter that one, and the server is somebody else.
    with tempfile.TemporaryDirectory() as name:
        Path(name).chmod(0o755)
        yield Path(name)


def test_a_server_is_started_and_ended(folder: Path) -> None:
    port = server.free_port()
    with ExitStack() as stack:
        started = server.start(
            [sys.executable, "-c", LISTENER, str(port)],
            None,
            folder,
            stack=stack,
            ready=lambda: server.answers(port),
            end_by=signal.SIGTERM,
            timeout_s=30,
        )
        assert started
        assert server.answers(port)
    assert not server.answers(port)


def test_one_that_ends_at_once_is_no_server(folder: Path) -> None:
    with ExitStack() as stack:
        assert not server.start(
            [sys.executable, "-c", "raise SystemExit(1)"],
            None,
            folder,
            stack=stack,
            ready=lambda: False,
            end_by=signal.SIGTERM,
            timeout_s=30,
        )


def test_one_that_is_never_ready_is_ended(folder: Path) -> None:
    port = server.free_port()
    with ExitStack() as stack:
        assert not server.start(
            [sys.executable, "-c", LISTENER, str(port)],
            None,
            folder,
            stack=stack,
            ready=lambda: False,
            end_by=signal.SIGTERM,
            timeout_s=0.5,
        )
        assert not server.answers(port)


@pytest.mark.skipif(sys.platform != "linux", reason="the kernel's own signal is Linux's")
def test_it_dies_with_a_rehearsal_that_is_killed(folder: Path) -> None:
    port = server.free_port()
    script = f"""
import signal, sys, time
from contextlib import ExitStack
from pathlib import Path
from wherry.rehearse.local_servers import server
with ExitStack() as stack:
    server.start([sys.executable, "-c", {LISTENER!r}, "{port}"], None, Path("{folder}"),
        stack=stack, ready=lambda: server.answers({port}), end_by=signal.SIGKILL, timeout_s=30)
    print("ready", flush=True)
    time.sleep(60)
"""
    process = subprocess.Popen([sys.executable, "-c", script], stdout=subprocess.PIPE)
    assert process.stdout is not None
    with process.stdout:
        assert process.stdout.readline() == b"ready\n"
    assert server.answers(port)
    process.kill()
    process.wait()
    deadline = time.monotonic() + 30
    while server.answers(port) and time.monotonic() < deadline:
        time.sleep(0.05)
    assert not server.answers(port)


@needs_postgresql
def test_postgresql_answers_and_speaks_tls(folder: Path) -> None:
    with ExitStack() as stack:
        found = postgresql.start(folder, stack)
        assert found is not None
        assert found.version
        address = urlsplit(found.address)
        assert (address.scheme, address.hostname, address.path) == (
            "postgres",
            "127.0.0.1",
            "/postgres",
        )
        assert address.password
        assert address.port is not None
        with socket.create_connection(("127.0.0.1", address.port), timeout=10) as connection:
            connection.sendall(SSL_REQUEST)
            assert connection.recv(1) == (b"S" if found.tls else b"N")
        data = folder / "postgresql"
        assert data.stat().st_mode & 0o077 == 0
        if os.geteuid() == 0:
            assert data.stat().st_uid != 0
    assert not server.answers(address.port)


@needs_postgresql
def test_postgresql_takes_nobody_without_its_password(folder: Path) -> None:
    programs = postgresql.installed()
    assert programs is not None
    psql = programs / "psql"
    if not psql.exists():
        pytest.skip("psql is not installed here")
    with ExitStack() as stack:
        found = postgresql.start(folder, stack)
        assert found is not None
        ask = [psql, found.address, "-w", "-tA", "-c", "select count(*) from pg_stat_user_tables"]
        assert subprocess.check_output(ask, text=True).strip() == "0"
        password = urlsplit(found.address).password or ""
        wrong = [
            part if part != found.address else found.address.replace(password, "x") for part in ask
        ]
        assert subprocess.run(wrong, capture_output=True, check=False).returncode != 0


def test_without_redis_there_is_none(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(folder))
    with ExitStack() as stack:
        assert redis.start(folder, stack) is None


@pytest.mark.skipif(
    server.program("redis-server", "valkey-server") is None, reason="Redis is not installed here"
)
def test_redis_answers_whoever_knows_its_password(folder: Path) -> None:
    with ExitStack() as stack:
        address = urlsplit(redis.start(folder, stack) or "")
        assert address.port is not None
        with socket.create_connection(("127.0.0.1", address.port), timeout=10) as connection:
            connection.sendall(b"PING\r\n")
            assert connection.recv(64).startswith(b"-NOAUTH")
            connection.sendall(f"AUTH {address.password}\r\nPING\r\n".encode())
            assert connection.recv(64).startswith(b"+OK")
    assert not server.answers(address.port)
