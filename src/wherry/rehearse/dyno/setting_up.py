"""From a slug to a plan: the folders, the groups and the limits of one dyno on this machine."""

import asyncio
import os
import pwd
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

from wherry.platforms import hosts
from wherry.rehearse.dyno import environment, files, folders
from wherry.rehearse.dyno.cgroups import Group, make_group
from wherry.rehearse.dyno.files import Snapshot
from wherry.rehearse.dyno.folders import APP, Folders
from wherry.rehearse.dyno.inside.descendants import PROC
from wherry.rehearse.dyno.inside.plan import Plan, Walls
from wherry.rehearse.dyno.machine import Machine
from wherry.rehearse.dyno.slug_store import SlugStore, overlay, unpack
from wherry.rehearse.events import FileWritten
from wherry.rehearse.overlay import Limits

# The launcher and the dyno's first process count, where the user's are counted in its namespace.
_OWN_PROCESSES: Final = 2
_GROUPS: Final = "/sys/fs/cgroup"


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """What is to run.

    Attributes:
        name: The dyno's: ``web.1``.
        command: As the Procfile has it.
        port: What a web process is given; None for any other.
        slug_vars: What the buildpacks set unless it is set.
        config_vars: The app's own.
        cpus: CPUs' worth of time; None for all that the machine has.
        ipv6_only: Whether the platform's router comes over IPv6 alone.
        visible: Folders of this machine that the dyno sees where they are.
        runtime_metrics: Whether the log tells memory and load.
    """

    name: str
    command: str
    port: int | None = None
    slug_vars: Mapping[str, str]
    config_vars: Mapping[str, str]
    cpus: float | None = None
    ipv6_only: bool = False
    visible: tuple[Path, ...] = ()
    runtime_metrics: bool = False


@dataclass(frozen=True, slots=True)
class Ground:
    """What one dyno was given on this machine.

    Attributes:
        snapshot: The slug's files as they were at its start.
        overlaid: Whether its folder holds only what it wrote itself.
    """

    folders: Folders
    group: Group | None
    snapshot: Snapshot
    plan: Plan
    overlaid: bool = False

    def written(self, dyno: str) -> list[FileWritten]:
        """Return what it wrote into its tree."""
        tell = files.written_over if self.overlaid else files.written
        return tell(self.snapshot, self.folders.app, dyno)

    async def clear(self) -> None:
        """Give it all back."""
        if self.group is not None:
            await asyncio.to_thread(self.group.remove)
        await asyncio.to_thread(self.folders.remove)


async def prepare(
    order: Order, limits: Limits, store: SlugStore, *, top: Path, group: str
) -> Ground:
    """Lay the slug out below ``top``, make a group of that name, and plan the rest.

    Raises:
        UnpackFailed: the slug is none, or the disk is full.
    """
    machine = store.machine
    base = await store.base()
    walls = machine.walls_for_dyno()
    if base is not None and base.uid is not None:
        walls = replace(walls, uid=base.uid)
    if walls.uid is not None and not walls.mounts and not _reachable(top.parent):
        walls = Walls(pids=walls.pids)
    place = Folders(top, None if walls.user_namespace else walls.uid)
    made: Group | None = None
    try:
        place.make()
        snapshot = base.snapshot if base is not None else await _unpack(store.slug, place, walls)
        made = _group(machine, limits, order, group)
        plan = _plan(order, limits, machine, walls, place, made)
        if base is not None:
            plan = plan.laid_over({APP: overlay(base.folder, place)})
    except BaseException:
        if made is not None:
            made.remove()
        await asyncio.to_thread(place.remove)
        raise
    return Ground(place, made, snapshot, plan, overlaid=base is not None)


async def _unpack(slug: Path, place: Folders, walls: Walls) -> Snapshot:
    await unpack(slug, place)
    if not walls.mounts:
        await asyncio.to_thread(folders.rewrite, place)
    return await asyncio.to_thread(files.take, place.app)


def cpus_of(limits: Limits, asked: float | None) -> float | None:
    """Return a dyno's share: what was asked for, or what the platform holds each one to."""
    return asked if asked is not None or limits.shared else limits.visible_cpus


def _group(machine: Machine, limits: Limits, order: Order, name: str) -> Group | None:
    group = make_group(machine.parents, name)
    if group is not None:
        try:
            group.limit(
                memory_bytes=limits.kill_bytes,
                processes=limits.max_processes,
                cpus=cpus_of(limits, order.cpus),
            )
        except OSError:
            group.remove()
            raise
    return group


def _plan(
    order: Order,
    limits: Limits,
    machine: Machine,
    walls: Walls,
    place: Folders,
    group: Group | None,
) -> Plan:
    home = APP if walls.mounts else str(place.app)
    user = f"u{walls.uid}" if walls.uid is not None and walls.mounts else ""
    values = environment.environment_of(
        order.name,
        limits,
        home=home,
        port=order.port,
        user=user,
        slug_vars=order.slug_vars,
        config_vars=order.config_vars,
    )
    if not walls.mounts:
        values = {"TMPDIR": str(place.temporary)} | values
    shown, made = _group_folders(limits, group)
    seen = {"/app": str(place.app), "/tmp": str(place.temporary)}  # noqa: S108
    return Plan(
        walls=walls,
        argv=environment.argv(order.command),
        folder=home,
        root=str(place.root),
        environment=values,
        shown=seen | {str(folder): str(folder) for folder in order.visible} | shown,
        made=made,
        replaced=_replaced(limits, walls),
        limits=_resource_limits(limits, machine, walls),
    )


def _group_folders(
    limits: Limits, group: Group | None
) -> tuple[dict[str, str], dict[str, dict[str, str]]]:
    """Show the dyno its limits where the platform's own dynos, and their start scripts, read them.

    Cedar's hold version 1 groups, whose limit is the quota; containers elsewhere version 2.
    """
    if limits.memory_bytes is None:
        return {}, {}
    if not _is_cedar(limits):
        return {}, {_GROUPS: {"memory.max": f"{limits.memory_bytes}\n"}}
    name = "memory.limit_in_bytes"
    if group is not None and group.versions.get("memory") == 1:
        shown = {f"{_GROUPS}/memory": str(group.folders["memory"])}
        return shown, {_GROUPS: {}}
    return {}, {_GROUPS: {f"memory/{name}": f"{limits.memory_bytes}\n"}}


def _is_cedar(limits: Limits) -> bool:
    return hosts.get(limits.platform).size.generation == "cedar"


def _replaced(limits: Limits, walls: Walls) -> dict[str, str]:
    replaced = {}
    if limits.visible_cpus is not None and _is_cedar(limits):
        # The buildpack's start script asks it, and sets the number of workers by the answer.
        count = max(1, round(limits.visible_cpus))
        replaced["/usr/bin/nproc"] = f"#!/bin/sh\necho {count}\n"
    if limits.memory_bytes is not None and _is_cedar(limits):
        path = f"{_GROUPS}/memory/memory.limit_in_bytes"
        replaced[path] = f"{limits.memory_bytes}\n"
    if walls.uid is not None:
        name, uid = f"u{walls.uid}", walls.uid
        replaced["/etc/passwd"] = f"{_users()}{name}:x:{uid}:{uid}::/app:{environment.SHELL}\n"
        with suppress(OSError):
            groups = Path("/etc/group").read_text("utf-8", "replace")
            replaced["/etc/group"] = f"{groups}dyno:x:{uid}:\n"
    return replaced


def _users() -> str:
    """Return the system's own users: those of people have no home here."""
    return "".join(
        f"{user.pw_name}:x:{user.pw_uid}:{user.pw_gid}::{user.pw_dir}:{user.pw_shell}\n"
        for user in pwd.getpwall()
        if user.pw_uid < 1000
    )


def _resource_limits(limits: Limits, machine: Machine, walls: Walls) -> dict[str, int]:
    values = {}
    if limits.max_open_files is not None:
        values["NOFILE"] = limits.max_open_files
    # Where a group counts processes, the dynos of a run may share a user.
    if limits.max_processes is not None and not machine.has("pids") and PROC.is_dir():
        values["NPROC"] = limits.max_processes + _counted_besides(machine, walls)
    return values


def _counted_besides(machine: Machine, walls: Walls) -> int:
    """Return how many processes that are not the app's the kernel counts with them."""
    if not machine.counts_processes or walls.uid is None:
        return _tasks_of_user()
    return _OWN_PROCESSES if walls.user_namespace else 0


def _tasks_of_user() -> int:
    """Return the processes and threads that this user has now: the kernel counts them as well."""
    count = 0
    for folder in PROC.glob("[0-9]*"):
        with suppress(OSError):
            if folder.stat().st_uid == os.geteuid():
                count += sum(1 for _ in (folder / "task").iterdir())
    return count


def _reachable(folder: Path) -> bool:
    """Whether any user may come to a folder."""
    return all(parent.stat().st_mode & 0o001 for parent in (folder, *folder.parents))
