"""Where the processes of one server count together, when none of them has started the others.

``wherry serve``'s workers inherit their memory from its supervisor. Those of gunicorn and others
know one thing in common, which process started them; a file in a folder of this user's own is
named after it.
"""

import logging
import os
import stat
import tempfile
from pathlib import Path
from typing import Final

from wherry.serving.shared_cells import SharedCells, birth

logger = logging.getLogger("wherry")

# The number changes with the layout of the cells: a server may be reloaded with a newer version.
SUFFIX: Final = ".measurements-1"


def open_cells(folder: Path | None = None) -> SharedCells:
    """Return memory shared with the other workers of this server, or of this process's own.

    ``folder`` is where the files are; by default one in the folder for temporary files. A disk
    that is full, or a folder that somebody else could write to, costs the others' counts and
    nothing more.
    """
    parent = os.getppid()
    if not _starts_workers(parent):
        return SharedCells.inherited()
    try:
        here = folder or _private_folder()
        _remove_old(here)
        return SharedCells.of_file(here / f"{parent}-{birth(parent) or 0}{SUFFIX}")
    except OSError as error:
        logger.warning(
            "The measurements of this process are its own, since it cannot share a file with the "
            "other workers: %s. /metrics shows those of the process that answers.",
            error,
        )
        return SharedCells.inherited()


def _starts_workers(parent: int) -> bool:
    """Whether the parent is the same Python, and so no shell and no init: then it is a server."""
    try:
        return Path(f"/proc/{parent}/exe").samefile("/proc/self/exe")
    except OSError:
        return False


def _private_folder() -> Path:
    user = os.getuid()
    folder = Path(tempfile.gettempdir()) / f"wherry-{user}"
    folder.mkdir(mode=0o700, exist_ok=True)
    found = folder.lstat()
    if not stat.S_ISDIR(found.st_mode) or found.st_uid != user or found.st_mode & 0o077:
        raise PermissionError(f"{folder} is not a folder that only this user can use")
    return folder


def _remove_old(folder: Path) -> None:
    """Remove the files of servers that have ended."""
    for path in folder.glob(f"*{SUFFIX}"):
        pid, _, born = path.name.removesuffix(SUFFIX).partition("-")
        if pid.isdecimal() and born.isdecimal() and birth(int(pid)) != int(born):
            path.unlink(missing_ok=True)
