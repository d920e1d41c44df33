"""The slug, unpacked once for all dynos of a run where each can write over it and not into it.

A dyno gets a fresh copy of the slug at each start. An overlay is one in milliseconds, where
unpacking TensorFlow anew takes half a minute; where none can be mounted, each dyno unpacks.
"""

import asyncio
import os
import threading
from contextlib import suppress
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Final

from wherry.rehearse.dyno import files, folders
from wherry.rehearse.dyno.files import Snapshot
from wherry.rehearse.dyno.folders import Folders
from wherry.rehearse.dyno.inside.plan import Plan
from wherry.rehearse.dyno.launching import LaunchFailed, launch
from wherry.rehearse.dyno.machine import Machine

# What an app does to its folder, to one that is there and to one that is not.
_TRIAL: Final = (
    *("/bin/sh", "-c"),
    "cd /app && echo 1 > new && echo 2 >> old && rm gone && mkdir folder && [ -e folder ]",
)
# They divide the options of the mount.
_DIVIDERS: Final = frozenset(",:\\")


@dataclass(frozen=True, slots=True)
class Base:
    """An unpacked slug that dynos lay their own folders over.

    Attributes:
        uid: The user of all dynos of the run, who owns the files; None for Wherry's own.
    """

    folder: Path
    uid: int | None
    snapshot: Snapshot


@dataclass(slots=True)
class SlugStore:
    """Unpacks a slug below ``work``, for all dynos or for each."""

    slug: Path
    work: Path
    machine: Machine
    _base: Base | None = None
    _tried: bool = False
    _lock: asyncio.Lock = field(default_factory=asyncio.Lock)

    async def base(self) -> Base | None:
        """Return the unpacked slug; None where each dyno has to unpack it for itself.

        Raises:
            UnpackFailed: it is no slug, or the disk is full.
        """
        async with self._lock:
            if not self._tried:
                self._base = await self._make()
                self._tried = True
        return self._base

    async def _make(self) -> Base | None:
        walls = self.machine.walls_for_dyno()
        # Without a group, processes are counted by their user: then no two dynos may share one.
        if not walls.mounts or (self.machine.drops_user and not self.machine.has("pids")):
            return None
        uid = None if walls.user_namespace else walls.uid
        if _DIVIDERS & set(str(self.work)) or not await self._can_overlay(uid):
            return None
        place = Folders(self.work / "slug", uid)
        place.make()
        await unpack(self.slug, place)
        snapshot = await asyncio.to_thread(files.take, place.app)
        return Base(place.app, uid, snapshot)

    async def _can_overlay(self, uid: int | None) -> bool:
        walls = self.machine.walls_for_dyno()
        under, over = Folders(self.work / "trial-under", uid), Folders(self.work / "trial", uid)
        under.make()
        over.make()
        for name in ("old", "gone"):
            path = under.app / name
            path.touch()
            if uid is not None:
                os.chown(path, uid, uid)
        try:
            plan = Plan(
                walls=walls if uid is None else replace(walls, uid=uid),
                argv=_TRIAL,
                folder="/",
                root=str(over.root),
                overlays={folders.APP: overlay(under.app, over)},
            )
            running = await launch(plan)
            try:
                return await running.exited == 0 and (over.app / "new").exists()
            finally:
                running.close_output()
                await running.close()
        except LaunchFailed:
            return False
        finally:
            under.remove()
            over.remove()


def overlay(under: Path, over: Folders) -> tuple[str, str, str]:
    """Return what an overlay is made of: what is below, what is written, and room to work."""
    return (str(under), str(over.app), str(over.scratch))


async def unpack(slug: Path, place: Folders) -> None:
    """Unpack in a thread, which ends when the caller is cancelled.

    Raises:
        UnpackFailed: it is no slug, or the disk is full.
    """
    given_up = threading.Event()
    unpacking = asyncio.create_task(asyncio.to_thread(folders.unpack, slug, place, given_up))
    try:
        await asyncio.shield(unpacking)
    except asyncio.CancelledError:
        given_up.set()
        with suppress(folders.UnpackFailed, asyncio.CancelledError):
            await unpacking
        raise
