"""A running server's state folder: where it is, whose it is, whether its server lives.

Standard library only: ``wherry serve``'s supervisor imports this.
"""

import contextlib
import fcntl
import os
import shutil
import tempfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

# Where ``wherry serve`` tells its workers, and an owner of another server may tell them, to look.
VARIABLE: Final = "WHERRY_STATE_FOLDER"
PREFIX: Final = "wherry-"
# Who the server is: lines of "key=value".
SERVER: Final = "server"
# Locked by the server for as long as it lives.
ALIVE: Final = "alive"
MAX_SERVER_BYTES: Final = 64 * 1024


@dataclass(frozen=True, slots=True)
class Server:
    """A living server of this user on this machine."""

    folder: Path
    about: Mapping[str, str]


@contextlib.contextmanager
def made(about: Mapping[str, str]) -> Iterator[Path]:
    """Make a state folder for this process; it is gone when the block is left."""
    _remove_old(Path(tempfile.gettempdir()))
    with tempfile.TemporaryDirectory(prefix=PREFIX) as name:
        folder = Path(name)
        with (folder / ALIVE).open("wb") as alive:
            # Unlike flock, this is not inherited by the workers, which outlive a killed server.
            fcntl.lockf(alive.fileno(), fcntl.LOCK_EX | fcntl.LOCK_NB)
            lines = (f"{key}={value}\n" for key, value in about.items() if "\n" not in value)
            (folder / SERVER).write_text("".join(lines), "utf-8")
            yield folder


def running(parent: Path | None = None) -> list[Server]:
    """Return this user's living servers on this machine."""
    folders = sorted(Path(parent or tempfile.gettempdir()).glob(f"{PREFIX}*"))
    return [
        Server(folder, _about(folder))
        for folder in folders
        if is_private(folder) and is_alive(folder)
    ]


def is_private(folder: Path) -> bool:
    """Whether a folder is this user's (or this user is root) and nobody else can enter it."""
    try:
        about = folder.lstat()
    except OSError:
        return False
    mine = about.st_uid == os.geteuid() or os.geteuid() == 0
    return folder.is_dir() and not folder.is_symlink() and mine and not about.st_mode & 0o077


def is_alive(folder: Path) -> bool:
    """Whether the server of a state folder lives."""
    try:
        with (folder / ALIVE).open("rb+") as file:
            fcntl.lockf(file.fileno(), fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    except OSError:
        return False
    return False


def _about(folder: Path) -> dict[str, str]:
    try:
        with (folder / SERVER).open("rb") as file:
            text = file.read(MAX_SERVER_BYTES).decode(errors="replace")
    except OSError:
        return {}
    pairs = (line.partition("=") for line in text.splitlines())
    return {key: value for key, _, value in pairs}


def _remove_old(parent: Path) -> None:
    """Remove what servers have left that were killed."""
    for folder in parent.glob(f"{PREFIX}*"):
        if (folder / SERVER).is_file() and is_private(folder) and not is_alive(folder):
            shutil.rmtree(folder, ignore_errors=True)
