"""A PostgreSQL cluster for a while: on a socket in a folder of its own, as an unprivileged user."""

import os
import pwd
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

STARTS_WITHIN_S = 60
# Nothing outlives the cluster, so that nothing need be safe on the disk.
SETTINGS = "-c fsync=off -c full_page_writes=off -c synchronous_commit=off -c listen_addresses=''"


def programs() -> Path | None:
    """Return the folder of the newest PostgreSQL server on this machine; None without one."""
    found = shutil.which("initdb")
    if found is not None:
        return Path(found).parent
    folders = Path("/usr/lib/postgresql").glob("*/bin")
    return max(
        (folder for folder in folders if (folder / "initdb").exists()),
        key=lambda folder: int(folder.parent.name),
        default=None,
    )


@contextmanager
def cluster() -> Iterator[dict[str, object]]:
    """Run a cluster; yield what DATABASES needs for it.

    Raises:
        RuntimeError: no server is installed, or it does not start.
    """
    bin_folder = programs()
    if bin_folder is None:
        message = (
            "No PostgreSQL server is installed (initdb is neither in PATH nor Debian's place)."
        )
        raise RuntimeError(message)
    # The path of a socket may hold about a hundred characters: this folder's is short.
    with tempfile.TemporaryDirectory(prefix="wherry-pg-") as name:
        folder = Path(name)
        user = _user()
        if user is not None:
            shutil.chown(folder, user)
        data = folder / "data"
        _run([bin_folder / "initdb", "-D", data, "-U", "wherry", "-A", "trust", "-N", "-E", "UTF8"])
        control = [bin_folder / "pg_ctl", "-D", data, "-w", "-t", str(STARTS_WITHIN_S)]
        options = f"{SETTINGS} -k {folder}"
        _run([*control, "-l", folder / "log", "-o", options, "start"])
        try:
            yield {
                "ENGINE": "django.db.backends.postgresql",
                "NAME": "postgres",
                "USER": "wherry",
                "HOST": name,
            }
        finally:
            _run([*control, "-m", "immediate", "stop"])


def _user() -> str | None:
    """Return whom to be, since the server does not run as root; None to stay oneself."""
    if os.getuid() != 0:
        return None
    names = {entry.pw_name for entry in pwd.getpwall()}
    return "postgres" if "postgres" in names else "nobody"


def _run(command: list[object]) -> None:
    done = subprocess.run(
        [str(word) for word in command],
        user=_user(),
        cwd="/",
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
        check=False,
    )
    if done.returncode:
        message = f"{Path(str(command[0])).name} failed: {done.stderr.strip()}"
        raise RuntimeError(message)
