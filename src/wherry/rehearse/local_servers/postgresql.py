"""A PostgreSQL of the rehearsal's own, where its programs are installed."""

import re
import secrets
import signal
import subprocess
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from wherry.rehearse.local_servers import server

_FOLDERS: Final = (
    Path("/usr/lib/postgresql"),
    Path("/usr/local/pgsql"),
    Path("/opt/homebrew/opt"),
    Path("/usr"),
)
_USER: Final = "rehearsal"
_START_S: Final = 60.0


@dataclass(frozen=True, slots=True)
class Postgres:
    """A running server.

    Attributes:
        address: As DATABASE_URL holds it.
        tls: Whether it speaks TLS, which some apps insist on.
    """

    address: str
    version: str
    tls: bool


def start(folder: Path, stack: ExitStack) -> Postgres | None:
    """Start an empty one that ``stack`` ends; None where it is not installed or does not start."""
    programs = installed()
    if programs is None:
        return None
    owner = server.account("postgres")
    data = server.private_folder(folder, "postgresql", owner)
    password = secrets.token_urlsafe(18)
    secret = data / "password"
    secret.write_text(password, "ascii")
    if owner is not None:
        secret.chmod(0o644)  # in a folder that only the server's user may enter
    cluster = data / "cluster"
    made = server.run(
        [
            *(str(programs / "initdb"), "--pgdata", str(cluster), "--username", _USER),
            *("--pwfile", str(secret), "--auth", "scram-sha-256", "--encoding", "UTF8"),
            *("--no-locale", "--no-sync"),
        ],
        owner,
        data,
        _START_S,
    )
    if not made:
        return None
    tls = _certificate(cluster, owner)
    port = server.free_port()
    ready = server.start(
        [
            *(str(programs / "postgres"), "-D", str(cluster), "-p", str(port)),
            *("-h", "127.0.0.1", "-k", str(data)),
            # What is lost when the machine goes down is lost after the rehearsal anyway.
            *("-c", "fsync=off", "-c", "full_page_writes=off", "-c", "shared_buffers=16MB"),
            *("-c", f"ssl={'on' if tls else 'off'}"),
        ],
        owner,
        data,
        stack=stack,
        ready=lambda: _is_ready(cluster),
        end_by=signal.SIGQUIT,
        timeout_s=_START_S,
    )
    if not ready:
        return None
    address = f"postgres://{_USER}:{password}@127.0.0.1:{port}/postgres"
    return Postgres(address, _version(programs), tls)


def installed() -> Path | None:
    """Return the folder of the newest PostgreSQL's programs; None where there is none."""
    found = [
        programs
        for folder in _FOLDERS
        for programs in (*folder.glob("*/bin"), folder / "bin")
        if (programs / "initdb").exists() and (programs / "postgres").exists()
    ]
    return max(found, key=_numbers, default=None)


def _numbers(path: Path) -> tuple[int, ...]:
    return tuple(int(number) for number in re.findall(r"\d+", str(path)))


def _certificate(cluster: Path, owner: server.Account | None) -> bool:
    """Make a certificate of the server's own, as hosts' databases have one."""
    openssl = server.program("openssl")
    return openssl is not None and server.run(
        [
            *(openssl, "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2"),
            *("-subj", "/CN=localhost", "-keyout", "server.key", "-out", "server.crt"),
        ],
        owner,
        cluster,
        _START_S,
    )


def _is_ready(cluster: Path) -> bool:
    try:
        lines = (cluster / "postmaster.pid").read_text("ascii").splitlines()
    except OSError:
        return False
    return len(lines) >= 8 and lines[7].strip() == "ready"


def _version(programs: Path) -> str:
    try:
        told = subprocess.run(
            [programs / "postgres", "--version"],
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=_START_S,
            check=False,
        ).stdout
    except (OSError, subprocess.TimeoutExpired):
        return ""
    found = re.search(r"\d+(?:\.\d+)?", told)
    return found[0] if found else ""
