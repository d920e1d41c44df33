"""The slug: the app's tree as one archive, and what the platform says of its size."""

import shutil
from pathlib import Path
from typing import Final

from wherry.buildrules import layout, slug_size
from wherry.buildrules.environment import PYTHON
from wherry.buildrules.refusal import Refusal
from wherry.rehearse.build.compressing import Owner
from wherry.rehearse.build.log import BuildLog
from wherry.rehearse.build.owners import PythonOwners, app_owner, merged
from wherry.rehearse.build.packing import pack, scan, write_end
from wherry.rehearse.build.python_buildpack import PythonBuilt
from wherry.rehearse.build.python_step import state_of
from wherry.rehearse.build.site import Site
from wherry.rehearse.build.slug import Part
from wherry.rehearse.overlay import Limits

# What git needs and no dyno.
_LEFT_OUT: Final = frozenset((".git",))


def write_slug(
    site: Site, path: Path, pushed: frozenset[str], python: PythonBuilt | None
) -> tuple[Part, ...]:
    """Write the app's tree as a slug; return its parts, largest first.

    The finished piece with the Python and its packages is taken as it is. What was changed in it
    since follows it, and so is what a dyno gets.

    Raises:
        BuildFailed: the platform refuses one of its size.
    """
    site.log.step("Compressing...")
    changed = None if python is None else _changed(site, python)
    owners = PythonOwners(site.root, "" if python is None else python.installed.python.used)
    static = frozenset[str]() if python is None else python.static

    def owner_of(name: str) -> Owner:
        return owners.of(name) if _below(name, PYTHON) else app_owner(name, static, pushed)

    with path.open("wb") as output:
        parts: list[tuple[Part, ...]] = []
        if python is not None and changed is not None:
            with python.installed.layer.archive.open("rb") as layer:
                shutil.copyfileobj(layer, output, 1 << 20)
            parts.append(python.installed.parts)
        kept = changed is not None
        names = scan(site.root, skip=lambda name: name in _LEFT_OUT or (kept and name == PYTHON))
        names = sorted([*names, *(changed or ())], key=lambda name: (owner_of(name), name))
        parts.append(pack(site.root, names, output, owner_of))
        write_end(output)
    judge(site.log, site.limits, path.stat().st_size)
    return merged(*parts)


def judge(log: BuildLog, limits: Limits, size_bytes: int, *, quiet: bool = False) -> None:
    """Say how large the slug is, and what the platform makes of that.

    ``quiet`` where the log has it already, and only a refusal is still to be said.

    Raises:
        BuildFailed: it is too large.
    """
    verdict = slug_size.judge(size_bytes, limits.slug_limit_bytes, limits.slug_soft_limit_bytes)
    if isinstance(verdict, Refusal):
        raise log.refuse(verdict)
    if quiet:
        return
    log.indent(f"Done: {layout.size(size_bytes)}")
    log.step("Launching...")
    if verdict is not None:
        log.caution(verdict)


def _changed(site: Site, python: PythonBuilt) -> list[str] | None:
    """Return what was written into the Python since it was installed.

    None where something is gone or has become something else, which a later piece cannot undo.
    """
    before, now = python.installed.state, state_of(site.root)
    folder = (0, 0, 0)
    for path, state in before.items():
        if path not in now or (now[path] == folder) != (state == folder):
            return None
    return [path for path, state in now.items() if before.get(path) != state]


def _below(name: str, folder: str) -> bool:
    return name == folder or name.startswith(f"{folder}/")
