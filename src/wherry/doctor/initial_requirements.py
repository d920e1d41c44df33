"""A first list of requirements, from what the code imports, with exact pins."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from packaging.version import InvalidVersion, Version

from wherry.dependencies import modules, resolving, standard_library
from wherry.dependencies.requirement import RequirementLine
from wherry.dependencies.resolution import Package, Python, Resolution
from wherry.doctor.resolving import offered_pythons
from wherry.doctor.rule import Context
from wherry.findings import Skipped
from wherry.project.project import Project

FILE = "requirements.txt"
_DIRECT = "# What the project imports, and what starts and serves it."
_BROUGHT = "# What those bring along, pinned so that the next build is the same as this one."


@dataclass(frozen=True, slots=True)
class Requirements:
    """A list that is to be written.

    Attributes:
        python: The Python that it was resolved for; None where the index was not asked.
        unknown: Modules that no package is known for.
        skipped: Why there are no pins, where there are none.
    """

    text: str
    python: Python | None = None
    unknown: tuple[str, ...] = ()
    skipped: tuple[Skipped, ...] = ()


def initial_requirements(context: Context) -> Requirements | None:
    """Return a list for a project that has none; None where it imports nothing of others'."""
    names, unknown = packages(context.project)
    if not names:
        return None
    lines = [RequirementLine(name, "", FILE, number) for number, name in enumerate(names, 1)]
    if context.offline:
        reason = "without the index no version can be chosen"
        return Requirements(_bare(names), None, unknown, (Skipped("pins", reason),))
    resolution = _newest(lines, context)
    if resolution is None:
        reason = "the index could not be asked, or nothing fits together on the host's Pythons"
        return Requirements(_bare(names), None, unknown, (Skipped("pins", reason),))
    return Requirements(_pinned(names, resolution), resolution.python, unknown)


def packages(project: Project) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Return the packages that the code needs, and the modules that nothing is known to provide."""
    roots = _imported(project) | _installed_apps(project)
    foreign = sorted(roots - standard_library.MODULES, key=str.lower)
    found = {root: next(iter(modules.providers(root)), "") for root in foreign}
    names = {_for_servers(name) for name in found.values() if name}
    if names:
        names |= _servers(project)
    unknown = tuple(root for root, name in found.items() if not name)
    return tuple(sorted(names, key=str.lower)), unknown


def _imported(project: Project) -> set[str]:
    """Return the modules that the code cannot do without."""
    code = project.code
    return {
        item.root
        for item in code.imports
        if not (item.local or item.type_checking or item.guarded or code.sources.is_test(item.path))
    }


def _installed_apps(project: Project) -> set[str]:
    """Return the modules that the settings name, of others'."""
    settings = project.code.settings
    if settings is None:
        return set()
    named = [
        *(settings.value("INSTALLED_APPS").texts() or ()),
        *(settings.value("MIDDLEWARE").texts() or ()),
    ]
    roots = {name.partition(".")[0] for name in named}
    return {root for root in roots if modules.providers(root)}


def _servers(project: Project) -> set[str]:
    return {"django": {"gunicorn", "whitenoise"}, "flask": {"gunicorn"}}.get(
        project.code.framework, set()
    )


def _for_servers(name: str) -> str:
    """Return the package that does the same on a host without a GPU and without a screen."""
    return {"tensorflow": "tensorflow-cpu", "opencv-python": "opencv-python-headless"}.get(
        name, name
    )


def _newest(lines: Sequence[RequirementLine], context: Context) -> Resolution | None:
    """Return the resolution on the newest of the host's Pythons that everything has wheels for."""
    asked = context.project.python_version.version
    pythons = (asked,) if asked else tuple(reversed(offered_pythons(context.target)))
    for python in pythons or ((3, 12),):
        resolution = resolving.resolve(lines, python)
        if resolution.skipped:
            return None
        if resolution.installs and resolution.packages and all(map(_is_sound, resolution.packages)):
            return resolution
    return None


def _is_sound(package: Package) -> bool:
    """Whether a package need not be built, and is no pre-release that a new Python lures in."""
    try:
        return package.wheel is not None and not Version(package.version).is_prerelease
    except InvalidVersion:
        return False


def _bare(names: Iterable[str]) -> str:
    return "\n".join((_DIRECT, *names)) + "\n"


def _pinned(names: Sequence[str], resolution: Resolution) -> str:
    keys = {RequirementLine(name, "", FILE, 1).key for name in names}
    direct = [f"{item.name}=={item.version}" for item in resolution.packages if item.name in keys]
    brought = [
        f"{item.name}=={item.version}" for item in resolution.packages if item.name not in keys
    ]
    return "\n".join((_DIRECT, *direct, *((_BROUGHT, *brought) if brought else ()))) + "\n"
