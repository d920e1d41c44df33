"""A folder for all dynos of a run, and who clears it away even when Wherry itself is killed."""

import asyncio
import os
import secrets
import stat
import subprocess
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import wherry
from wherry.rehearse.dyno.finishing import finish
from wherry.rehearse.dyno.folders import in_memory
from wherry.rehearse.dyno.group_parents import PREFIX
from wherry.rehearse.dyno.inside.removing import remove_tree
from wherry.rehearse.dyno.machine import Machine

_PLACES: Final = ("/var/tmp",)  # noqa: S108 - each run makes a folder of its own
_FOLDER: Final = "wherry-dynos-"
_START: Final = (
    "import sys; sys.path.append(sys.argv[1]); "
    "from wherry.rehearse.dyno.inside.keeper import main; sys.exit(main(sys.argv[2], sys.argv[3:]))"
)
_PACKAGES: Final = str(Path(wherry.__file__).resolve().parent.parent)
# What is younger may belong to a run that this process cannot see, in another container.
_STALE_S: Final = 60.0


@dataclass(frozen=True, slots=True)
class Keeping:
    """Where the dynos of one run live.

    Attributes:
        work: Each has a folder in it.
        prefix: The names of their control groups begin so.
    """

    work: Path
    prefix: str


@asynccontextmanager
async def keeping(machine: Machine, parent: Path | None = None) -> AsyncIterator[Keeping]:
    """Make the folder; remove it at the end, whatever ends.

    Args:
        machine: Where control groups are made.
        parent: Where the folder is made; None for a place for temporary files that is on disk,
            since what a dyno writes into memory would count as its memory.
    """
    place = parent or _place()
    await asyncio.to_thread(_sweep, machine, place)
    owner = f"{os.getpid()}-{secrets.token_hex(4)}-"
    work = Path(tempfile.mkdtemp(prefix=f"{_FOLDER}{owner}", dir=place))
    kept = Keeping(work, f"{PREFIX}{owner}")
    keeper = None
    try:
        # Any user may pass through it: a dyno's own has to reach its folder.
        work.chmod(0o711)
        groups = [str(parent.folder / kept.prefix) for parent in machine.parents]
        keeper = subprocess.Popen(
            [sys.executable, "-I", "-S", "-c", _START, _PACKAGES, str(work), *groups],
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            env={},
            start_new_session=True,
        )
        yield kept
    finally:
        await finish(asyncio.create_task(_end(keeper, work)))


def _place() -> Path:
    usual = Path(tempfile.gettempdir())
    places = (usual, *(Path(place) for place in _PLACES))
    for place in places:
        if place.is_dir() and os.access(place, os.W_OK) and not in_memory(place):
            return place
    return usual


async def _end(keeper: subprocess.Popen[bytes] | None, work: Path) -> None:
    await asyncio.to_thread(remove_tree, work)
    if keeper is not None and keeper.stdin is not None:
        keeper.stdin.close()
        await asyncio.to_thread(keeper.wait)


def _sweep(machine: Machine, place: Path) -> None:
    """Remove what runs left that were killed together with their keepers."""
    for folder in _stale(place, _FOLDER):
        remove_tree(folder)
    for parent in machine.parents:
        for group in _stale(parent.folder, PREFIX):
            with suppress(OSError):  # it has processes, or another's
                group.rmdir()


def _stale(place: Path, prefix: str) -> Iterable[Path]:
    for folder in place.glob(f"{prefix}*"):
        owner = folder.name.removeprefix(prefix).partition("-")[0]
        with suppress(OSError):
            found = folder.lstat()
            ours = stat.S_ISDIR(found.st_mode) and found.st_uid == os.geteuid()
            old = time.time() - found.st_mtime > _STALE_S
            if ours and old and owner.isdecimal() and not Path("/proc", owner).exists():
                yield folder
