"""Which packages a project installs, and what is known of their weight."""

from concurrent.futures import ThreadPoolExecutor
from functools import lru_cache
from typing import Final

from wherry.dependencies.cache import cache_folder, read_json, write_json
from wherry.dependencies.requirement import RequirementLine
from wherry.dependencies.resolution import Artifact
from wherry.dependencies.resolution import Package as Resolved
from wherry.doctor.rule import Context
from wherry.doctor.rules.estimates.torch_builds import takes_cpu_torch
from wherry.estimate import requirement_lines
from wherry.estimate.wheels.contents import Contents, Kind, Tally
from wherry.estimate.wheels.known_wheels import known_wheels
from wherry.estimate.wheels.package import Knowledge, Package
from wherry.estimate.wheels.ranges import Unreadable, remote_contents

# Below this the list of files tells nothing that the size does not: the sum hardly moves.
_WORTH_READING_BYTES: Final = 1_000_000
_AT_ONCE: Final = 8


def versions(context: Context) -> dict[str, str]:
    """Return the packages that are installed and their versions, "" where these are open.

    Where the index was not asked these are the project's own lines and what the table of common
    wheels knows to come along.
    """
    resolution = context.resolution
    found = {line.key: line.exact or "" for line in _lines(context)}
    if resolution is not None:
        found |= {package.name: package.version for package in resolution.packages}
    if "torch" in found and takes_cpu_torch(context) and "+" not in found["torch"]:
        found["torch"] += "+cpu"
    if not is_complete(context):
        found = {name: found.get(name, "") for name in known_wheels().closure(found)}
    return found


def is_complete(context: Context) -> bool:
    """Whether everything that is installed is known, each in its version."""
    resolution = context.resolution
    if resolution is not None and resolution.packages:
        return not resolution.conflicts and not resolution.troubles
    return context.project.requirements.lock is not None


def weighed(context: Context) -> tuple[Package, ...]:
    """Return the packages with what is known of their contents; large wheels are looked into."""
    resolution = context.resolution
    if resolution is None or context.offline:
        return tuple(known_wheels().package(*item) for item in sorted(versions(context).items()))
    resolved = {package.name: package for package in resolution.packages}
    others = [item for item in sorted(versions(context).items()) if item[0] not in resolved]
    return (*_weigh_all(resolution.packages), *(known_wheels().package(*item) for item in others))


def _lines(context: Context) -> list[RequirementLine]:
    python = context.python
    lines = requirement_lines.installed(context.project.requirements)
    return [line for line in lines if python is None or line.applies(python)]


@lru_cache(maxsize=4)
def _weigh_all(packages: tuple[Resolved, ...]) -> tuple[Package, ...]:
    with ThreadPoolExecutor(_AT_ONCE) as pool:
        return tuple(pool.map(_weigh, packages))


def _weigh(package: Resolved) -> Package:
    known = known_wheels().package(package.name, package.version)
    wheel = package.wheel
    if known.knowledge is Knowledge.TABLED or wheel is None:
        return known
    if wheel.size_bytes is None or wheel.size_bytes >= _WORTH_READING_BYTES:
        inside = _contents(wheel)
        if inside is not None:
            return Package(
                package.name, package.version, Knowledge.LISTED, inside, wheel.size_bytes
            )
    if wheel.size_bytes is None:
        return known
    return Package(package.name, package.version, Knowledge.SIZED, None, wheel.size_bytes)


def _contents(wheel: Artifact) -> Contents | None:
    """Return what a wheel unpacks to, from the cache where it was read before."""
    place = cache_folder() / "wheels" / f"{wheel.sha256}.json" if wheel.sha256 else None
    kept = None if place is None else _from_document(read_json(place))
    if kept is not None:
        return kept
    try:
        inside = remote_contents(wheel.url, wheel.size_bytes)
    except Unreadable:
        return None
    if place is not None:
        write_json(place, _to_document(inside))
    return inside


def _to_document(inside: Contents) -> dict[str, list[int]]:
    return {
        kind.value: [tally.count, tally.raw_bytes, tally.deflated_bytes]
        for kind, tally in inside.tallies.items()
    }


def _from_document(document: object) -> Contents | None:
    """Return what the cache holds, which others may have written; None where that is no such."""
    if not isinstance(document, dict):
        return None
    try:
        return Contents(
            {Kind(kind): Tally(*(int(n) for n in numbers)) for kind, numbers in document.items()}
        )
    except (TypeError, ValueError):
        return None
