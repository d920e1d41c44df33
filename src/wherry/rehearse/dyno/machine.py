"""What this machine lets a rehearsal do, found by trying; what it does not is said first."""

import asyncio
import os
import pwd
import random
import sys
import tempfile
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Final

from wherry.rehearse.dyno.cgroups import make_group
from wherry.rehearse.dyno.group_parents import PREFIX, Parent, find_parents
from wherry.rehearse.dyno.inside.plan import Plan, Walls
from wherry.rehearse.dyno.launching import LaunchFailed, launch

# The platform's own users are of this range, and no system's.
_UIDS: Final = range(20_000, 60_000)
# From here on a user namespace counts its own processes; before, all of its owner's.
_OWN_PROCESS_COUNT: Final = (5, 14)
_NOTHING: Final = ("/bin/sh", "-c", "exit 0")


@dataclass(frozen=True, slots=True)
class Machine:
    """What can be had here.

    Attributes:
        walls: What keeps a dyno apart, without its user.
        drops_user: Whether each dyno may run as a user of its own.
        parents: Where control groups can be made.
        notes: What is emulated otherwise, or not at all: (what about, a sentence).
    """

    walls: Walls = field(default_factory=Walls)
    drops_user: bool = False
    parents: tuple[Parent, ...] = ()
    notes: tuple[tuple[str, str], ...] = ()

    def has(self, controller: str) -> bool:
        """Whether dynos can be limited by this controller."""
        return any(controller in parent.controllers for parent in self.parents)

    @property
    def counts_processes(self) -> bool:
        """Whether RLIMIT_NPROC counts the dyno's processes, and no other's."""
        if self.walls.user_namespace:
            if os.geteuid() == 0:
                return False  # the kernel refuses root nothing, by whatever name
            major, _, rest = os.uname().release.partition(".")
            return (int(major), int(rest.partition(".")[0])) >= _OWN_PROCESS_COUNT
        return self.drops_user

    def walls_for_dyno(self) -> Walls:
        """Return the walls of a new dyno, with a user that nobody else is."""
        if not (self.drops_user or self.walls.user_namespace):
            return self.walls
        return replace(self.walls, uid=_free_uid())


async def survey() -> Machine:
    """Try what is possible here; takes a tenth of a second."""
    if sys.platform != "linux":
        return Machine(notes=(("limits", _NO_LIMITS),))
    machine = await _find_walls()
    parents = await asyncio.to_thread(find_parents)
    if parents and await _holds(machine.walls_for_dyno(), parents):
        machine = replace(machine, parents=parents)
    return replace(machine, notes=tuple(_notes(machine)))


async def _find_walls() -> Machine:
    """Return the highest walls that can be built, by building them."""
    root = os.geteuid() == 0
    for pids in (True, False):
        # Root has the right by itself; in a user namespace it would stay root to the files.
        walls = Walls(user_namespace=not root, mounts=True, pids=pids)
        if await _holds(replace(walls, uid=_free_uid())):
            return Machine(walls, drops_user=root)
    return Machine(drops_user=root and await _holds(Walls(uid=_free_uid())))


async def _holds(walls: Walls, parents: tuple[Parent, ...] = ()) -> bool:
    """Run a command that does nothing behind these walls, in a group of these parents'."""
    with tempfile.TemporaryDirectory(prefix="wherry-trial-") as root:
        group = None
        joined: tuple[int, ...] = ()
        try:
            if walls.uid is not None and not walls.user_namespace:
                os.chown(root, walls.uid, walls.uid)
            group = make_group(parents, f"{PREFIX}trial-{os.getpid()}-{Path(root).name}")
            joined = group.join() if group is not None else ()
            running = await launch(
                Plan(walls=walls, argv=_NOTHING, folder="/", root=root, groups=joined)
            )
            try:
                return await running.exited == 0
            finally:
                running.close_output()
                await running.close()
        except (LaunchFailed, OSError):
            return False
        finally:
            for descriptor in joined:
                os.close(descriptor)
            if group is not None:
                await asyncio.to_thread(group.remove)


def _free_uid() -> int:
    """Return a user that has no name and no process: the process limit counts by user."""
    running = {_owner(entry) for entry in Path("/proc").glob("[0-9]*")}
    while True:
        uid = random.choice(_UIDS)  # noqa: S311 - not a secret
        if uid in running:
            continue
        try:
            pwd.getpwuid(uid)
        except KeyError:
            return uid


def _owner(folder: Path) -> int:
    try:
        return folder.stat().st_uid
    except OSError:
        return -1


_NO_LIMITS: Final = (
    "This system has no control groups and no namespaces: the app runs without the platform's "
    "limits, and its memory is not counted. What it needs of them shows on Linux."
)
_NO_APP_FOLDER: Final = (
    "No mount namespace may be made here: the app's folder is not /app, and paths to it in start "
    "scripts are rewritten; it sees this machine's own files, and what it writes elsewhere stays."
)
_NO_PROCESSES: Final = (
    "No process namespace may be made here: the app sees this machine's processes."
)
_NO_USER: Final = "The app runs as you: no other user may be taken here."
_NO_MEMORY: Final = (
    "No control group for memory may be made here: it is counted process by process, several "
    "times a second, and what grows faster is stopped late."
)
_NO_REFUSAL: Final = (
    "Processes and threads are counted here, but none is refused at the platform's limit."
)


def _notes(machine: Machine) -> list[tuple[str, str]]:
    user = machine.drops_user or machine.walls.user_namespace
    counted = machine.has("pids") or machine.counts_processes
    said = (
        (machine.walls.mounts, "app folder", _NO_APP_FOLDER),
        (machine.walls.pids, "processes", _NO_PROCESSES),
        (user, "user", _NO_USER),
        (machine.has("memory"), "memory", _NO_MEMORY),
        (counted, "threads", _NO_REFUSAL),
    )
    return [(about, text) for had, about, text in said if not had]
