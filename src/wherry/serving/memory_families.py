"""The memory of a server's processes beside what they may use, as metric families."""

from collections.abc import Iterable

from wherry.platforms.limits import read_limits
from wherry.platforms.memory import read_memory
from wherry.platforms.usage import read_cgroup_usage
from wherry.serving.exposition import Family, Sample


def memory_families(pids: Iterable[int]) -> list[Family]:
    """Read what these processes hold together now, what their group does, and the quota."""
    read = [memory for pid in sorted(set(pids)) if (memory := read_memory(pid)) is not None]
    kinds = {
        "anonymous": sum(memory.anonymous_bytes for memory in read),
        "pss": sum(memory.pss_bytes for memory in read),
        "rss": sum(memory.rss_bytes for memory in read),
        "swap": sum(memory.swap_bytes for memory in read),
    }
    found = [
        _gauge("wherry_processes", "Processes of this server that count.", {"": len(read)}),
        _gauge(
            "wherry_memory_bytes",
            "Memory of the server's processes together, by kind; a quota counts the anonymous "
            "kind and the swap.",
            kinds if read else {},
        ),
    ]
    limits = read_limits()
    if limits.memory_bytes is not None:
        usage = read_cgroup_usage(limits.memory_bytes)
        found.append(
            _gauge(
                "wherry_memory_quota_bytes",
                "The most memory that may be used, by where that was read.",
                {limits.memory_source: limits.memory_bytes},
                label="source",
            )
        )
        if usage is not None:
            told = "What the control group that has the quota counts against it."
            found.append(_gauge("wherry_cgroup_memory_bytes", told, {"": usage.used_bytes}))
    return found


def _gauge(name: str, told: str, values: dict[str, int], *, label: str = "kind") -> Family:
    samples = (
        Sample("", {label: kind} if kind else {}, float(value)) for kind, value in values.items()
    )
    return Family(name, "gauge", told, tuple(samples))
