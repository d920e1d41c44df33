"""Which memory quota counts here, and how much of it is in use."""

import os
from collections.abc import Callable
from dataclasses import dataclass

from wherry.platforms.limits import read_limits
from wherry.platforms.usage import (
    Usage,
    read_cgroup_usage,
    read_machine_usage,
    read_processes_usage,
    tree,
)


@dataclass(frozen=True, slots=True)
class Quota:
    """How to read the usage: of the quota that ends processes, and of what a model must fit into.

    ``enforced`` returns None on a machine that sets no limit to this server alone: when that runs
    out, other programs are as likely the cause.
    """

    enforced: Callable[[], Usage | None]
    available: Callable[[], Usage | None]


def find_quota(stated_bytes: int | None) -> Quota:
    """Return the quota: that of the control group, or the one stated where that is smaller."""
    limits = read_limits()
    group_bytes = limits.memory_bytes if limits.memory_source == "cgroup" else None
    if stated_bytes is not None and (group_bytes is None or stated_bytes < group_bytes):
        stated = stated_bytes

        def of_processes() -> Usage | None:
            return read_processes_usage(stated, tree(server_pid()))

        return Quota(of_processes, of_processes)
    if group_bytes is None:
        return Quota(lambda: None, read_machine_usage)
    limit = group_bytes

    def of_group() -> Usage | None:
        return read_cgroup_usage(limit) or read_processes_usage(limit, tree(server_pid()))

    return Quota(of_group, of_group)


def server_pid() -> int:
    """Return the process above all workers: this one's parent, unless that starts everything."""
    parent = os.getppid()
    return parent if parent > 1 else os.getpid()
