"""Which installed packages go with TensorFlow: what is there for nothing else."""

import sys
from collections.abc import Iterable
from typing import Final

from wherry.buildpack.installed import COMPANIONS, Environment, Installed
from wherry.project.code.imports import Import
from wherry.project.project import Project

# The installer; and on a Python up to 3.12, where it comes with the host's Python buildpack, what
# old packages use without asking for it.
_ALWAYS: Final = frozenset(
    ("pip", "wheel", "setuptools") if sys.version_info < (3, 13) else ("pip",)
)


def leaving(project: Project, environment: Environment) -> tuple[Installed, ...]:
    """Return what goes with TensorFlow: it, and what is there for nothing else.

    A package stays where the app asks for it, or for one that needs it, or imports it.
    """
    holders = {package.key for package in environment.tensorflows}
    imported = _imported(project.code.imports, environment)
    if not project.requirements.complete:  # what nobody could read may ask for any of it
        return environment.tensorflows
    declared = {
        line.name: line.extras
        for line in project.requirements.declared
        if line.name not in holders | COMPANIONS
    }
    roots = {**declared, **dict.fromkeys(imported - holders, ())}
    listed = {line.name for line in project.requirements.declared} & COMPANIONS
    before = environment.closure({**roots, **dict.fromkeys(holders | listed, ())})
    after = environment.closure(roots, without=holders)
    going = (before - after) | holders
    return tuple(environment.packages[key] for key in sorted(going - _ALWAYS))


def _imported(imports: Iterable[Import], environment: Environment) -> set[str]:
    by_module: dict[str, set[str]] = {}
    for key, package in environment.packages.items():
        for module in package.modules:
            by_module.setdefault(module, set()).add(key)
    return {key for item in imports if not item.local for key in by_module.get(item.root, ())}
